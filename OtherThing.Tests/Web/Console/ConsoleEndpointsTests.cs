using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Console;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Console;

public sealed class ConsoleEndpointsTests(SharedServer server) : IAsyncLifetime
{
    private HttpClient _client = null!;
    private string _path = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _client = await server.RegisterAsync();
        var workspace = await TestServer.CreateWorkspaceAsync(_client);
        _path = $"/api/v1/workspaces/{workspace.GetProperty("id").GetString()}/console";
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Console_LifeOfATask_GoesThroughTheSameServicesAsThePages()
    {
        var added = await RunAsync("task add \"Fix the parser\" !high @me #bug ^2030-05-01");
        await RunAsync("task move T-1 done");
        var shown = await RunAsync("task show T-1");
        var listed = await RunAsync("tasks done | where priority = high | select task,title,labels");
        var deleted = await RunAsync("task delete T-1");
        var back = await RunAsync($"task restore {added.GetProperty("data").GetProperty("id").GetString()}; tasks | count");

        Assert.All(new[] { added, shown, listed, deleted, back }, answer => Assert.Equal(0, answer.GetProperty("exitCode").GetInt32()));
        Assert.Contains("Fix the parser", shown.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal("2030-05-01", shown.GetProperty("data").GetProperty("dueDate").GetString());
        Assert.Equal(["bug"], listed.GetProperty("data")[0].GetProperty("labels").EnumerateArray().Select(label => label.GetString()));
        Assert.EndsWith("1", back.GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("whoami")]
    [InlineData("members")]
    [InlineData("nodes")]
    [InlineData("stats --since 7d")]
    [InlineData("tasks --mine --json")]
    [InlineData("flows")]
    [InlineData("runs --failed --since 1d")]
    [InlineData("runs --by @me --trigger webhook --text report")]
    [InlineData("keys")]
    [InlineData("usage --by model --since 7d")]
    [InlineData("help")]
    [InlineData("help task move")]
    public async Task Console_EachListCommand_Answers(string line)
    {
        var answer = await RunAsync(line);

        Assert.Equal(0, answer.GetProperty("exitCode").GetInt32());
        Assert.NotEqual("", answer.GetProperty("text").GetString());
    }

    [Theory]
    [InlineData("taks", 2, "console.unknown_command")]
    [InlineData("tasks --colour=red", 2, "console.usage")]
    [InlineData("tasks --limit=0", 2, "console.usage")]
    [InlineData("runs --since soon", 2, "console.usage")]
    [InlineData("runs --status 3", 2, "console.usage")]
    [InlineData("runs --trigger clock", 2, "console.usage")]
    [InlineData("task show", 2, "console.usage")]
    [InlineData("task show T-99", 1, "task.not_found")]
    [InlineData("run \"No such flow\"", 1, "console.no_match")]
    [InlineData("logs 00000000", 1, "console.no_match")]
    [InlineData("members | where shoe = 44", 2, "console.usage")]
    [InlineData("whoami | head 1", 2, "console.usage")]
    public async Task Console_WrongLine_SaysWhyAndHowItEnded(string line, int exitCode, string code)
    {
        var answer = await RunAsync(line);

        Assert.Equal((exitCode, code), (answer.GetProperty("exitCode").GetInt32(), answer.GetProperty("data").GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    public async Task Console_NoLine_IsTheCallersMistake(string? line)
    {
        using var answer = await _client.PostAsJsonAsync(_path, new { line }, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("console.line_invalid", (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Console_LineTooLong_IsTheCallersMistake()
    {
        using var answer = await _client.PostAsJsonAsync(_path, new { line = new string('x', ConsoleService.MaxLine + 1) }, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Console_Stranger_FindsNoWorkspace()
    {
        using var stranger = await server.RegisterAsync();
        using var answer = await stranger.PostAsJsonAsync(_path, new { line = "help" }, Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public void Commands_AllTogether_HaveNamesOfTheirOwnAndAnExample()
    {
        var commands = server.Services.GetServices<IConsoleCommand>().ToList();

        Assert.Equal(commands.Count, commands.Select(command => command.Name).Distinct().Count());
        Assert.All(commands, command => Assert.StartsWith(command.Name, command.Usage, StringComparison.Ordinal));
        string[] promised = ["nodes", "members", "stats", "tasks", "flows", "runs", "run", "logs", "keys", "usage"];
        Assert.Empty(promised.Except(commands.Select(command => command.Name)));
    }

    private async Task<JsonElement> RunAsync(string line)
    {
        using var answer = await _client.PostAsJsonAsync(_path, new { line }, Cancellation);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.True(answer.IsSuccessStatusCode, body.ToString());
        return body;
    }
}
