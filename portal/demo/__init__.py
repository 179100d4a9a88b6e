"""The demo: a made-up shop, built by the portal's own acts; every entry of its log is marked as demo data."""

from portal.demo.loading import load
from portal.demo.people import PRODUCT_OWNER

__all__ = ["PRODUCT_OWNER", "load"]
