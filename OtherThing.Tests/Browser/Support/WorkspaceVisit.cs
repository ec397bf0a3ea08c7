using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser.Support;

/// <summary>A person in a workspace of their own, by REST and in a browser; notes what the browser complains of.</summary>
internal sealed class WorkspaceVisit : IAsyncDisposable
{
    private readonly List<string> _complaints = [];

    private WorkspaceVisit(HttpClient rest, IBrowserContext browser, IPage page, JsonElement workspace)
    {
        (Rest, Browser, Page) = (rest, browser, page);
        (Id, Slug) = (workspace.GetProperty("id").GetGuid(), workspace.GetProperty("slug").GetString()!);
        page.Console += (_, message) => Complain(message.Type == "error", message.Text);
        page.PageError += (_, error) => Complain(true, error);
    }

    public HttpClient Rest { get; }

    public IBrowserContext Browser { get; }

    public IPage Page { get; }

    public Guid Id { get; }

    public string Slug { get; }

    public string Tasks => $"/api/v1/workspaces/{Id}/tasks";

    /// <summary>Errors in the browser's console: scripts that failed, things the content policy stopped, requests that failed.</summary>
    public IReadOnlyList<string> Complaints
    {
        get
        {
            lock (_complaints)
            {
                return [.. _complaints];
            }
        }
    }

    public static async Task<WorkspaceVisit> StartAsync(Chromium chromium, TestServer server, BrowserNewContextOptions? options = null)
    {
        var rest = await server.RegisterAsync();
        var workspace = await TestServer.CreateWorkspaceAsync(rest, "Harbour Lab");
        return await JoinAsync(chromium, server, rest, workspace, options);
    }

    /// <summary>Another person's browser in the same workspace.</summary>
    public static async Task<WorkspaceVisit> JoinAsync(
        Chromium chromium, TestServer server, HttpClient rest, JsonElement workspace, BrowserNewContextOptions? options = null)
    {
        var me = await rest.GetFromJsonAsync<JsonElement>("/api/v1/me", TestContext.Current.CancellationToken);
        var browser = await chromium.SignedInAsync(server, me.GetProperty("id").GetGuid(), options);
        return new WorkspaceVisit(rest, browser, await browser.NewPageAsync(), workspace);
    }

    public async Task<JsonElement> AddTaskAsync(string title, string status = "todo")
    {
        using var made = await Rest.PostAsJsonAsync(Tasks, new { title, status }, TestContext.Current.CancellationToken);
        var task = await made.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.True(made.IsSuccessStatusCode, task.ToString());
        return task;
    }

    /// <summary>Opens a page of the workspace and waits until it is there.</summary>
    public async Task GoAsync(string page)
    {
        await Page.GotoAsync($"/w/{Slug}/{page}");
        await Assertions.Expect(Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
        await Assertions.Expect(Page.Locator(".ot-skeleton")).ToHaveCountAsync(0);
    }

    /// <summary>A column as the server has it; what the page shows before its answer is there in a moment.</summary>
    public async Task ExpectTitlesAsync(string status, params string[] titles)
    {
        string[] found = [];
        await Patience.UntilAsync(
            async () =>
            {
                var list = await Rest.GetFromJsonAsync<JsonElement>($"{Tasks}?status={status}", TestContext.Current.CancellationToken);
                found = [.. list.GetProperty("items").EnumerateArray().OrderBy(task => task.GetProperty("rank").GetString(), StringComparer.Ordinal)
                    .Select(task => task.GetProperty("title").GetString()!)];
                return found.SequenceEqual(titles);
            },
            () => $"the column {status} is {string.Join(", ", titles)}; it was {string.Join(", ", found)}");
    }

    public async ValueTask DisposeAsync()
    {
        await Browser.DisposeAsync();
        Rest.Dispose();
    }

    private void Complain(bool isError, string text)
    {
        if (isError)
        {
            lock (_complaints)
            {
                _complaints.Add(text);
            }
        }
    }
}
