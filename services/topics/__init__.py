"""Topic packs: reviewed files of terms with their own examples. Pure."""
