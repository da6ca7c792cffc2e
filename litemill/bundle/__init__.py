"""What an app takes: files with metadata, golden vectors, style packs, cards, and a manifest that checks itself."""
