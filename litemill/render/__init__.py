"""Tables, charts and pictures: values in, text and pixels out."""
