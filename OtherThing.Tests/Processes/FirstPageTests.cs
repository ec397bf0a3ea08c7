using System.Text.Json;
using Microsoft.Playwright;
using OtherThing.Lab.Processes;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Processes;

/// <summary>What a published server sends to somebody who comes for the first time.</summary>
[Collection(Lanes.Installations)]
public sealed class FirstPageTests(Chromium chromium)
{
    private const int Most = 250 * 1024;

    [Fact]
    public async Task FirstPages_OverTheWire_AreLightAndFingerprinted()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var published = new TestDirectory();
        await Published.ServerAsync(published.Path);
        await using var server = new ServerProcess(
            published.Path, ("ASPNETCORE_ENVIRONMENT", "Production"), ("OtherThing__Trial", "true"), ("Accounts__OpenRegistration", "true"));
        await server.StartAsync(cancellation);
        await server.SignInAsync(cancellation);
        await server.CreateWorkspaceAsync("First", cancellation);

        await using var stranger = await chromium.OpenAsync(server.Address);
        var welcome = await WeightOf(await stranger.NewPageAsync(), "/account/login", page => page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }));
        var door = stranger.Pages[0];
        await door.GetByLabel("E-mail address").FillAsync("first@example.org");
        await door.GetByLabel("Password").FillAsync("Passw0rd!");
        await door.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await door.GetByRole(AriaRole.Heading, new() { Name = "Workspaces" }).WaitForAsync();
        // Somebody who is signed in and whose browser has nothing of ours yet.
        await using var member = await chromium.OpenAsync(server.Address, new() { StorageState = await stranger.StorageStateAsync() });
        var board = await WeightOf(await member.NewPageAsync(), "/w/first/tasks", page => page.GetByRole(AriaRole.Heading, new() { Name = "Tasks" }));

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"sign-in {welcome.Bytes / 1024.0:0.0} KiB, board {board.Bytes / 1024.0:0.0} KiB\n{string.Join('\n', board.Largest)}");
        Assert.True(welcome.Bytes <= Most, $"The sign-in page takes {welcome.Bytes:N0} bytes: {string.Join(", ", welcome.Largest)}");
        Assert.True(board.Bytes <= Most, $"The board takes {board.Bytes:N0} bytes: {string.Join(", ", board.Largest)}");
        Assert.Equal(1, await member.Pages[0].Locator("head title").CountAsync());
        Assert.Equal(1, await stranger.Pages[0].Locator("head title").CountAsync());
        Assert.All(board.Assets.Where(asset => !asset.Contains("/_content/", StringComparison.Ordinal)), asset =>
            Assert.Matches(@"\.[a-z0-9]{10}(\.styles)?\.(css|js)$", asset));
    }

    private static async Task<(long Bytes, IReadOnlyList<string> Largest, IReadOnlyList<string> Assets)> WeightOf(
        IPage page, string address, Func<IPage, ILocator> shown)
    {
        var (gate, bytes, sizes, names) = (new Lock(), 0L, new Dictionary<string, long>(), new Dictionary<string, string>());
        page.Context.SetDefaultTimeout(Patience.Milliseconds);
        var session = await page.Context.NewCDPSessionAsync(page);
        session.Event("Network.responseReceived").OnEvent += (_, args) =>
            Note(args, e => names[e.GetProperty("requestId").GetString()!] = e.GetProperty("response").GetProperty("url").GetString()!);
        session.Event("Network.loadingFinished").OnEvent += (_, args) =>
            Note(args, e => Add(e.GetProperty("requestId").GetString()!, (long)e.GetProperty("encodedDataLength").GetDouble()));
        session.Event("Network.webSocketFrameReceived").OnEvent += (_, args) => Note(args, e =>
        {
            var frame = e.GetProperty("response");
            var length = frame.GetProperty("payloadData").GetString()!.Length;
            Add("socket", frame.GetProperty("opcode").GetInt32() == 2 ? length * 3 / 4 : length);
        });
        await session.SendAsync("Network.enable");
        await page.GotoAsync(address);
        await shown(page).First.WaitForAsync();
        // Whatever the page asks for after it is shown counts too: nothing comes any more when two looks find the same.
        for (var before = -1L; before != Interlocked.Read(ref bytes);)
        {
            before = Interlocked.Read(ref bytes);
            await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        }

        lock (gate)
        {
            var assets = names.Values.Where(url => url.EndsWith(".css", StringComparison.Ordinal) || url.EndsWith(".js", StringComparison.Ordinal));
            return (
                bytes,
                [.. sizes.OrderByDescending(pair => pair.Value).Take(8).Select(pair => $"{names.GetValueOrDefault(pair.Key, pair.Key)} {pair.Value:N0}")],
                [.. assets.Where(url => !url.Contains("/canvas/", StringComparison.Ordinal) && !url.EndsWith(".razor.js", StringComparison.Ordinal))]);
        }

        void Note(JsonElement? happened, Action<JsonElement> note)
        {
            lock (gate)
            {
                note(happened!.Value);
            }
        }

        void Add(string id, long length)
        {
            bytes += length;
            sizes[id] = sizes.GetValueOrDefault(id) + length;
        }
    }
}
