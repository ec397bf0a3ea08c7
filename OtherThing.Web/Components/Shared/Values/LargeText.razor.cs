using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace OtherThing.Web.Components.Shared.Values;

public sealed partial class LargeText : IAsyncDisposable
{
    // A text beyond this is not sent twice.
    private const int MostSaid = 8_000;
    private BrowserModule _browser = null!;
    private ElementReference _area;

    [Inject]
    public required IJSRuntime JS { get; init; }

    [Parameter, EditorRequired]
    public required string Value { get; set; }

    /// <summary>Called with the new text after a pause or when the field is left.</summary>
    [Parameter, EditorRequired]
    public required EventCallback<string> OnChange { get; set; }

    [Parameter]
    public string? Id { get; set; }

    [Parameter]
    public string? Label { get; set; }

    [Parameter]
    public string? DescribedBy { get; set; }

    [Parameter]
    public string? Placeholder { get; set; }

    [Parameter]
    public int Rows { get; set; } = 4;

    [Parameter]
    public bool Code { get; set; }

    /// <summary>What it is written in, for a page that colours it: <c>template</c>, <c>json</c>, <c>bash</c>, <c>python3</c>...; null for plain text.</summary>
    [Parameter]
    public string? Language { get; set; }

    /// <summary>What a page may complete in it: <c>template</c> inside braces, <c>condition</c> everywhere.</summary>
    [Parameter]
    public string? Complete { get; set; }

    [Parameter]
    public bool Invalid { get; set; }

    [Parameter]
    public bool ReadOnly { get; set; }

    /// <summary>The most characters it takes, up to 1,000,000.</summary>
    [Parameter]
    public int MaxLength { get; set; } = 1_000_000;

    /// <summary>
    /// Waits until <see cref="OnChange"/> was called with what stands in the field now: a long text that was typed last is still on its way
    /// when a button is clicked.
    /// </summary>
    public Task FlushAsync() => _browser.CallAsync("flush");

    [JSInvokable]
    public Task ChangeAsync(string? text) => text is null || text.Length > MaxLength ? Task.CompletedTask : OnChange.InvokeAsync(text);

    [JSInvokable]
    public async Task ChangeLargeAsync(IJSStreamReference? text)
    {
        // A character takes at most three bytes (UTF-16 units of four-byte ones count twice).
        var most = 3L * MaxLength;
        if (text is null || text.Length > most)
        {
            return;
        }

        await using var stream = await text.OpenReadStreamAsync(most, _browser.Gone);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        await ChangeAsync(await reader.ReadToEndAsync(_browser.Gone));
    }

    public ValueTask DisposeAsync() => _browser.DisposeAsync();

    protected override void OnInitialized() => _browser = new BrowserModule(JS, "./Components/Shared/Values/LargeText.razor.js");

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            await _browser.AttachAsync("listen", _area, this, Value.Length <= MostSaid ? Value : null);
        }
    }
}
