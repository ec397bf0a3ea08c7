using MudBlazor;
using OtherThing.Core.Results;

namespace OtherThing.Web.Components.Shared;

/// <summary>What a person does on a page, one act at a time: of many clicks the first counts. A refusal is told, and nothing is lost.</summary>
internal sealed class OneAct
{
    /// <summary>True while an act goes on; buttons are disabled by it.</summary>
    public bool IsBusy { get; private set; }

    /// <summary>Does it, unless another is going on.</summary>
    /// <param name="snackbar">Where a refusal is told.</param>
    /// <param name="act">What is done; null when all went well.</param>
    public async Task RunAsync(ISnackbar snackbar, Func<Task<Error?>> act)
    {
        if (IsBusy)
        {
            return;
        }

        IsBusy = true; // before the first await
        try
        {
            if (await act() is { } refusal)
            {
                snackbar.Add(refusal.Message, Severity.Warning);
            }
        }
        finally
        {
            IsBusy = false;
        }
    }
}
