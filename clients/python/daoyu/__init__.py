"""Reads measurements, events and corrections from a daoyu platform. Needs nothing but Python; pandas where it is there."""

from .client import Client, DaoyuError
from .series import Series

__all__ = ["Client", "DaoyuError", "Series"]
