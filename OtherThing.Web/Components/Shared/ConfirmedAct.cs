using MudBlazor;
using OtherThing.Core.Access;
using OtherThing.Core.Results;

namespace OtherThing.Web.Components.Shared;

/// <summary>
/// Carries out what may ask for a fresh sign-in: <c>ConfirmedAct.RunAsync(Dialogs, () =&gt; Members.RemoveAsync(...))</c>. Refused for that, the
/// person shows who they are in a dialog where they stand, and it is carried out at once.
/// </summary>
internal static class ConfirmedAct
{
    /// <summary>What came of the act; its refusal when the person called the dialog off.</summary>
    public static async Task<Result<T>> RunAsync<T>(IDialogService dialogs, Func<Task<Result<T>>> act)
    {
        var done = await act();
        return done.Error?.Code == Door.SignInAgain && await ConfirmIdentityDialog.AskAsync(dialogs) ? await act() : done;
    }
}
