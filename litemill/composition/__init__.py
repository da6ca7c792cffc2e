"""A photo and its painting put together: segmented, stylized, blended along soft edges."""
