using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser.Flows;

/// <summary>A flow open in a builder, driven as a person would, with what it sends to the server counted.</summary>
internal sealed class FlowBuilder : IAsyncDisposable
{
    private readonly List<string> _sent = [];

    private FlowBuilder(HttpClient rest, IBrowserContext browser, IPage page, string flowPath, string pagePath) =>
        (Rest, Browser, Page, FlowPath, PagePath) = (rest, browser, page, flowPath, pagePath);

    public HttpClient Rest { get; }

    public IBrowserContext Browser { get; }

    public IPage Page { get; }

    public string FlowPath { get; }

    public string PagePath { get; }

    public ILocator Host => Page.GetByRole(AriaRole.Application);

    /// <summary>Calls from the browser to .NET since <see cref="Forget"/>.</summary>
    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_sent)
            {
                return [.. _sent];
            }
        }
    }

    /// <summary>Everything the browser sent on its socket since <see cref="Forget"/>, a keep-alive now and then included.</summary>
    public int Frames { get; private set; }

    public static async Task<FlowBuilder> OpenAsync(
        Chromium chromium, TestServer server, FlowDocument flow, BrowserNewContextOptions? options = null, Func<IBrowserContext, Task>? prepare = null)
    {
        var rest = await server.RegisterAsync();
        var cancellation = TestContext.Current.CancellationToken;
        var me = await rest.GetFromJsonAsync<JsonElement>("/api/v1/me", cancellation);
        var workspace = await TestServer.CreateWorkspaceAsync(rest);
        var flows = $"/api/v1/workspaces/{workspace.GetProperty("id").GetString()}/flows";
        using var made = await rest.PostAsJsonAsync(flows, new { name = "Report", description = "", flow }, Json.Options, cancellation);
        var answer = await made.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        Assert.True(made.IsSuccessStatusCode, answer.ToString());
        var id = answer.GetProperty("id").GetString();
        var browser = await chromium.SignedInAsync(server, me.GetProperty("id").GetGuid(), options);
        if (prepare is not null)
        {
            await prepare(browser);
        }

        var builder = new FlowBuilder(
            rest, browser, await browser.NewPageAsync(), $"{flows}/{id}", $"/w/{workspace.GetProperty("slug").GetString()}/flows/{id}");
        await builder.GoAsync();
        return builder;
    }

    public async Task GoAsync()
    {
        Page.WebSocket += (_, socket) => socket.FrameSent += (_, frame) => Note(frame);
        await Page.GotoAsync(PagePath);
        await Page.Locator("[data-part=host][data-ready=true]").WaitForAsync();
    }

    /// <summary>The same flow in one more page.</summary>
    public async Task<IPage> OpenAnotherAsync()
    {
        var page = await Browser.NewPageAsync();
        await page.GotoAsync(PagePath);
        await page.Locator("[data-part=host][data-ready=true]").WaitForAsync();
        return page;
    }

    /// <summary>Who drives it.</summary>
    public async Task<Guid> MeAsync() =>
        (await Rest.GetFromJsonAsync<JsonElement>("/api/v1/me", TestContext.Current.CancellationToken)).GetProperty("id").GetGuid();

    public void Forget()
    {
        lock (_sent)
        {
            _sent.Clear();
            Frames = 0;
        }
    }

    /// <summary>Where a step's middle is on the page.</summary>
    public async Task<(float X, float Y)> PlaceOfAsync(string id)
    {
        var at = await Host.EvaluateAsync<float[]>("(host, id) => host.flowCanvas.clientOf(id)", id);
        return (at[0], at[1]);
    }

    /// <summary>The stored flow, once it is as expected.</summary>
    public async Task<FlowDocument> SavedAsync(Func<FlowDocument, bool> expected)
    {
        FlowDocument flow = FlowDocument.Empty;
        await Patience.UntilAsync(
            async () =>
            {
                var answer = await Rest.GetFromJsonAsync<JsonElement>(FlowPath, TestContext.Current.CancellationToken);
                flow = FlowJson.Parse(answer.GetProperty("flow")).Value;
                return expected(flow);
            },
            () => $"the stored flow is as expected; it was {JsonSerializer.Serialize(flow, Json.Options)}");
        return flow;
    }

    public static string Say(double value) => value.ToString(CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        await Browser.DisposeAsync();
        Rest.Dispose();
    }

    private void Note(IWebSocketFrame frame)
    {
        var text = frame.Text ?? System.Text.Encoding.UTF8.GetString(frame.Binary ?? []);
        lock (_sent)
        {
            Frames++;
            foreach (var name in new[] { "ApplyAsync", "ApplyLargeAsync", "SelectAsync", "OpenAsync", "Point", "ResyncAsync", "DispatchEventAsync" })
            {
                if (text.Contains(name, StringComparison.Ordinal))
                {
                    _sent.Add(name);
                }
            }
        }
    }
}
