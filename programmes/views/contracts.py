"""Clients and contracts, and the opening of a cohort under one."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from core import clock
from core.lists import listing
from core.models import Event
from programmes import actions
from programmes.forms import AddClientForm, AddContactForm, AddContractForm, OpenCohortForm
from programmes.models import Client, Cohort, Contract


@requires(Can.SEE_CONTRACTS)
def contracts(request: AuthedRequest) -> HttpResponse:
    rows = Contract.objects.visible_to(request.user).select_related("client")
    found = listing(
        request,
        rows.annotate(cohort_count=Count("cohorts", distinct=True)),
        noun="contract",
        find=("reference", "title", "client__name", "lead_supplier"),
        orders={
            "reference": ("By reference", ("reference",)),
            "client": ("By client", ("client__name", "reference")),
            "starts": ("Latest first", ("-starts_on",)),
        },
    )
    return render(request, "programmes/contracts.html", {"listing": found})


@requires(Can.SEE_CONTRACTS)
def contract(request: AuthedRequest, pk: int) -> HttpResponse:
    contract = get_object_or_404(Contract.objects.visible_to(request.user).select_related("client"), pk=pk)
    context = {
        "contract": contract,
        "managers": contract.managers.order_by("full_name"),
        "contacts": contract.client.contacts.select_related("user").order_by("user__full_name"),
        "cohorts": Cohort.objects.filter(contract=contract).with_plan(clock.today()),
        "events": Event.objects.about(contract, contract.client)[:30],
    }
    return render(request, "programmes/contract.html", context)


@requires(Can.MANAGE_CONTRACTS)
def add_client(request: AuthedRequest) -> HttpResponse:
    form = AddClientForm(request.POST or None)
    if form.is_valid() and form.attempts(actions.add_client, by=request.user):
        messages.success(request, f"{form.result} is added. Now add the contract.")
        return redirect("programmes:add_contract")
    return render(request, "programmes/add_client.html", {"form": form})


@requires(Can.MANAGE_CONTRACTS)
def add_contact(request: AuthedRequest, pk: int) -> HttpResponse:
    client = get_object_or_404(Client.objects.visible_to(request.user), pk=pk)
    form = AddContactForm(request.POST or None, client=client)
    if form.is_valid() and form.attempts(actions.add_contact, client, by=request.user):
        messages.success(request, f"{form.result.user} is a contact of {client} from now on.")
        contract = Contract.objects.visible_to(request.user).filter(client=client).first()
        return redirect(contract or "programmes:contracts")
    return render(request, "programmes/add_contact.html", {"form": form, "client": client})


@requires(Can.MANAGE_CONTRACTS)
def add_contract(request: AuthedRequest) -> HttpResponse:
    form = AddContractForm(request.POST or None, by=request.user)
    if form.is_valid() and form.attempts(actions.add_contract, by=request.user):
        messages.success(request, f"Contract {form.result} is added.")
        seen = Contract.objects.visible_to(request.user).filter(pk=form.result.pk).exists()
        return redirect(form.result if seen else "programmes:contracts")
    return render(request, "programmes/add_contract.html", {"form": form})


@requires(Can.MANAGE_CONTRACTS)
def open_cohort(request: AuthedRequest, pk: int) -> HttpResponse:
    contract = get_object_or_404(Contract.objects.visible_to(request.user).select_related("client"), pk=pk)
    form = OpenCohortForm(request.POST or None)
    if form.is_valid() and form.attempts(actions.open_cohort, contract=contract, by=request.user):
        messages.success(request, f"Cohort {form.result} is open. Next: its deadlines and its tutor.")
        return redirect(form.result)
    return render(request, "programmes/open_cohort.html", {"form": form, "contract": contract})
