"""What a person may type about a report."""

from django import forms

from core.forms import DateField, Form


class DrawUpForm(Form):
    """The day a report speaks of."""

    submit_label = "Draw up the report"
    as_of = DateField(label="As of", help_text="Usually the last day of a month")


class ApproveReportForm(Form):
    """The two sentences on the first page. They are proposed from the numbers; a person betters them."""

    submit_label = "Approve this report"
    standing = forms.CharField(
        label="Where the programme stands", max_length=250, widget=forms.Textarea, help_text="At most 250 characters"
    )
    request = forms.CharField(label="What is asked, and by when", max_length=250, widget=forms.Textarea, required=False)
