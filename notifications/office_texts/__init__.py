"""Texts that the office writes: templates, messages as they went out, what stands in braces."""
