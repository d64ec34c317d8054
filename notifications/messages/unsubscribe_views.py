"""Page of the link in e-mails by which their student wants no more of them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from notifications.messages import unsubscribing


@csrf_exempt  # mail programs press it without a page before (RFC 8058); the signature is the permission
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest) -> HttpResponse:
    """Ask whether to stop, and stop by POST, without signing in."""
    what = unsubscribing.read(request.GET.get("ticket", ""))
    if what is None:
        return render(request, "notifications/unsubscribe.html", status=404)
    done = request.method == "POST"
    if done:
        unsubscribing.unsubscribe(what)
    return render(request, "notifications/unsubscribe.html", {"kind": what.kind.label, "done": done})
