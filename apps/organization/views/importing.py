"""The page that imports people."""

from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from apps.common.access import right
from apps.organization import actions, forms, people_csv
from apps.organization.views.answering import me, status_of


@right("organization.manage_people")
@require_http_methods(["GET", "HEAD", "POST"])
def person_import(request: HttpRequest) -> HttpResponse:
    """All of a file, or nothing and every line that needs mending."""
    form = forms.ImportForm(request.POST or None, request.FILES or None)
    context: dict[str, object] = {"form": form, "columns": people_csv.COLUMNS}
    status = None
    if request.method == "POST" and form.is_valid():
        data = form.data_sent()
        try:
            rows, unread = people_csv.read(data)
            context["done"] = actions.import_people(
                rows=rows,
                unread=unread,
                digest=sha256(data).hexdigest(),
                by=me(request),
                link_base=request.build_absolute_uri("/").rstrip("/"),
            )
            context["form"] = forms.ImportForm()
        except people_csv.PeopleRefused as refused:
            context["problems"], status = refused.problems, refused.status
            # A file cannot be put back into its field; its lines can, into the other one.
            context["form"] = forms.ImportForm(initial={"text": data.decode("utf-8", "replace")})
    return render(request, "organization/person_import.html", context, status=status or status_of(form))
