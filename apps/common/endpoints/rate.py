"""How often one account may ask: counted in each web process by itself, since the cache is."""

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView


class AccountRate(SimpleRateThrottle):
    """So many requests of one person or service account, whatever its tokens; of a stranger, of one address."""

    scope = "account"

    def get_rate(self) -> str:
        rate: str = settings.API_RATE
        return rate

    def get_cache_key(self, request: Request, view: APIView) -> str:
        person = request.user.pk if request.user and request.user.is_authenticated else None
        return f"api-rate:{f'P-{person}' if person else self.get_ident(request)}"
