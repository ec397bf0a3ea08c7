using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;

namespace OtherThing.Web.Components.Shared;

/// <summary>
/// Takes a file, and is disabled until it listens: the field is in the browser a moment before its script is, and a file that is chosen
/// in that moment would be heard of by nobody.
/// </summary>
public sealed class FileInput : InputFile
{
    private bool _listens;

    /// <summary>True to take none just now.</summary>
    [Parameter]
    public bool Disabled { get; set; }

    protected override void OnParametersSet() => Show();

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        await base.OnAfterRenderAsync(firstRender);
        if (firstRender)
        {
            _listens = true;
            Show();
            StateHasChanged();
        }
    }

    private void Show()
    {
        AdditionalAttributes ??= new Dictionary<string, object>();
        AdditionalAttributes["disabled"] = Disabled || !_listens;
    }
}
