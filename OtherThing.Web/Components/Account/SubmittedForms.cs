namespace OtherThing.Web.Components.Account;

/// <summary>Which form of a static page was sent.</summary>
internal static class SubmittedForms
{
    /// <summary>The name of the form behind this request; empty when the page was only asked for.</summary>
    public static string SubmittedForm(this HttpContext http) =>
        HttpMethods.IsPost(http.Request.Method) && http.Request.HasFormContentType ? http.Request.Form["_handler"].ToString() : "";
}
