using OtherThing.Core.Results;

namespace OtherThing.Web.Components.Layout;

public sealed partial class WorkspaceLayout
{
    private WorkspaceContext? _context;
    private Error? _refusal;
    private bool _wasOpen;

    public void Dispose() => (_context, _refusal, _wasOpen) = (null, null, false);

    private void LookAgainAsync() => StateHasChanged();
}
