"""Derivatives of derivatives, and derivatives inside functions."""
