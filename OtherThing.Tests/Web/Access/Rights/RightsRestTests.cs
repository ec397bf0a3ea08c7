using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Access.Rights;

/// <summary>
/// The table of rights against REST, with real things of one's own and of others; <see cref="TableTests"/> adds who asks for what is not
/// there. Each endpoint of the server is tried here or has its reason.
/// </summary>
public sealed class RightsRestTests(SharedServer server)
{
    /// <summary>Endpoints under <c>/api</c> that no row guards, each with the reason.</summary>
    private static readonly Dictionary<string, string> s_noRow = new()
    {
        ["Register"] = "Makes the account.",
        ["Login"] = "Signs in.",
        ["RefreshSignIn"] = "Goes on with a sign-in.",
        ["Logout"] = "Anybody may sign out.",
        ["ConfirmEmail"] = "A mailed link.",
        ["ResendConfirmationEmail"] = "A mailed link.",
        ["ForgotPassword"] = "A mailed link.",
        ["ResetPassword"] = "A mailed link.",
        ["ManageTwoFactor"] = "One's own account.",
        ["GetAccountInfo"] = "One's own account.",
        ["UpdateAccountInfo"] = "One's own account.",
        ["GetMe"] = "One's own name.",
        ["UpdateMe"] = "One's own name.",
    };

    /// <summary>What else the server answers, by the start of its address, each with the reason it is no case of the table.</summary>
    private static readonly Dictionary<string, string> s_outsideApi = new()
    {
        ["/hooks/"] = "A webhook's own address; WebhookTests.",
        ["/files/workspaces/"] = "The value of a run for a browser's cookie: Files_ValueOfARun_AnswersAsA39Says.",
        ["/schemas/"] = "The public schema of flows.",
        ["/openapi/"] = "The description of this API.",
        ["/downloads/"] = "The agent, for everybody.",
        ["/health"] = "Whether the server lives.",
        ["/.well-known/"] = "Where the server is.",
        ["/_blazor"] = "The circuit of pages; what it does asks services.",
        ["/_framework/"] = "Files of the pages.",
        ["/_content/"] = "Files of the pages.",
        ["/_"] = "Files of the pages.",
        ["/otherthing.node.v1."] = "gRPC for machines, by their own keys; NodeGatewayTests.",
        ["/{unimplementedService}"] = "gRPC's answer to an unknown service.",
        ["/account"] = "One's own account; AccountPagesTests.",
        ["/w/{slug}/"] = "Pages: RightsPagesTests.",
        ["/join/{code}"] = "A page: RightsPagesTests.",
    };

    /// <summary>Addresses that must be written out whole, since every address begins like them.</summary>
    private static readonly Dictionary<string, string> s_exactly = new()
    {
        ["/"] = "A page: one's own workspaces.",
        ["/link"] = "A page: RightsPagesTests.",
        ["/nodes"] = "A page: one's own machines.",
        ["/downloads"] = "A page for everybody.",
        ["/administration"] = "For the person of the first account: PasswordHelpTests.",
        ["/not-found"] = "A page for everybody.",
        ["/{**path:file}"] = "The answer to a file that is not there.",
    };

    private IEnumerable<RouteEndpoint> Endpoints =>
        server.Services.GetService(typeof(EndpointDataSource)) is EndpointDataSource source ? source.Endpoints.OfType<RouteEndpoint>() : [];

    [Fact]
    public async Task Rest_EachEndpointAndEverybody_AnswerAsTheTableSays()
    {
        await using var scene = await RightsScene.OpenAsync(server);
        var byName = Endpoints.Where(endpoint => NameOf(endpoint) is not null).ToLookup(endpoint => NameOf(endpoint)!);
        List<string> wrong = [];
        var cells = 0;
        using var nobody = server.NewClient();
        var tokens = new Dictionary<Guid, HttpClient>();
        try
        {
            foreach (var act in RightsActs.All.Where(act => act.Endpoint is not null))
            {
                // That a token has no scope at all cannot be asked over REST: TableTests asks with one that lacks the row's.
                foreach (var cell in RightsMatrix.CellsOf(act, scene).Where(cell => cell.Expected != Verdict.LacksScope))
                {
                    cells++;
                    var client = cell.Person is not { } person ? nobody
                        : cell.Expected != Verdict.SignInAgain ? person.Http
                        : tokens.TryGetValue(person.Id, out var known) ? known
                        : tokens[person.Id] = await TokenClientAsync(person.Http);
                    var call = await RightsMatrix.PrepareAsync(cell, scene);
                    using var request = RequestOf(act, byName[act.Endpoint!].Single(), call);
                    using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, RightsScene.Cancel);
                    if (await WrongAsync(cell, answer) is { } mismatch)
                    {
                        wrong.Add($"{mismatch} ({request.Method} {request.RequestUri}: {(int)answer.StatusCode})");
                    }
                }
            }
        }
        finally
        {
            foreach (var client in tokens.Values)
            {
                client.Dispose();
            }
        }

        RightsMatrix.AssertNone(wrong, cells, "REST");
    }

    [Fact]
    public void Rest_EachEndpointOfTheApi_IsTriedOrHasAReason()
    {
        var without = Endpoints.Where(endpoint => PatternOf(endpoint).StartsWith("/api/", StringComparison.Ordinal))
            .Select(endpoint => NameOf(endpoint) ?? PatternOf(endpoint)).Distinct()
            .Except(RightsActs.All.Select(act => act.Endpoint).OfType<string>()).Except(s_noRow.Keys).Order().ToList();

        Assert.True(without.Count == 0, string.Join('\n', without));
    }

    [Fact]
    public void Rest_EachEndpointOutsideTheApi_HasAReason()
    {
        var without = Endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<StaticAssetDescriptor>() is null).Select(PatternOf).Distinct()
            .Where(pattern => !pattern.StartsWith("/api/", StringComparison.Ordinal) && !s_exactly.ContainsKey(pattern)
                && !s_outsideApi.Keys.Any(start => pattern.StartsWith(start, StringComparison.Ordinal))).Order().ToList();

        Assert.True(without.Count == 0, string.Join('\n', without));
    }

    [Fact]
    public async Task Files_ValueOfARun_AnswersAsA39Says()
    {
        await using var scene = await RightsScene.OpenAsync(server);
        var address = $"/files/workspaces/{scene.WorkspaceId}/runs/{await scene.EndedRunAsync(scene.Other.Id)}/values/{new string('a', 64)}";
        using var nobody = server.NewClient();
        using var unknown = await nobody.GetAsync(address, RightsScene.Cancel);
        List<string> wrong = [];
        foreach (var person in scene.Members.Values.Concat(scene.Outsiders))
        {
            var email = (await person.Http.GetFromJsonAsync<JsonElement>("/api/v1/me", RightsScene.Cancel)).GetProperty("email").GetString()!;
            using var browser = new PageVisitor(server.BaseAddress);
            using var signedIn = await browser.SubmitAsync("/account/login", "login", ("Input.Email", email), ("Input.Password", TestServer.Password));
            Assert.Equal(HttpStatusCode.Found, signedIn.StatusCode);
            using var answer = await browser.Client.GetAsync(address, RightsScene.Cancel);
            var code = (await answer.Content.ReadFromJsonAsync<JsonElement>(RightsScene.Cancel)).GetProperty("code").GetString();
            if ((answer.StatusCode, code) != (HttpStatusCode.NotFound, person.Role is null ? "workspace.not_found" : "run.value_not_found"))
            {
                wrong.Add($"{person.Name}: {(int)answer.StatusCode} {code}");
            }
        }

        RightsMatrix.AssertNone(wrong, scene.Members.Count + scene.Outsiders.Count + 1, "Files");
        Assert.Equal(HttpStatusCode.Unauthorized, unknown.StatusCode);
    }

    private static async Task<string?> WrongAsync(RightsCell cell, HttpResponseMessage answer)
    {
        var code = answer.IsSuccessStatusCode ? null
            : answer.Content.Headers.ContentType?.MediaType == "application/problem+json"
                ? (await answer.Content.ReadFromJsonAsync<JsonElement>(RightsScene.Cancel)).GetProperty("code").GetString()
            : $"status {(int)answer.StatusCode}";
        var status = RightsAct.VerdictOf(code) switch
        {
            Verdict.NotSignedIn => 401,
            Verdict.NotSeen => 404,
            Verdict.Forbidden or Verdict.SignInAgain or Verdict.LacksScope => 403,
            _ => (int)answer.StatusCode is var other and not (401 or 403) ? other : 0,
        };
        return cell.Wrong(code) ?? (status == (int)answer.StatusCode ? null : $"{cell}: {code} came as {(int)answer.StatusCode}");
    }

    private static HttpRequestMessage RequestOf(RightsAct act, RouteEndpoint endpoint, RightsCall call)
    {
        var given = act.Address(call);
        var address = PatternOf(endpoint);
        foreach (var parameter in endpoint.RoutePattern.Parameters)
        {
            var value = given.TryGetValue(parameter.Name, out var named) ? named
                : parameter.Name == "workspaceId" ? call.WorkspaceId
                : call.Thing;
            address = Regex.Replace(address, $@"\{{{parameter.Name}(:[^}}]*)?\??\}}", $"{value}");
        }

        var takesBody = endpoint.Metadata.GetMetadata<IAcceptsMetadata>() is not null;
        return new HttpRequestMessage(new HttpMethod(endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods[0]), address + act.Query)
        {
            Content = act.Body is { } body ? JsonContent.Create(body(call)) : takesBody ? JsonContent.Create(new { }) : null,
        };
    }

    private async Task<HttpClient> TokenClientAsync(HttpClient person)
    {
        using var made = await person.PostAsJsonAsync(
            "/api/v1/tokens", new { name = "Old", scopes = (string[])["read", "write", "run", "manage"], expiresInDays = 1 }, RightsScene.Cancel);
        var token = await made.Content.ReadFromJsonAsync<JsonElement>(RightsScene.Cancel);
        var client = server.NewClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.GetProperty("value").GetString());
        return client;
    }

    private static string? NameOf(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName;

    private static string PatternOf(RouteEndpoint endpoint) => "/" + endpoint.RoutePattern.RawText!.TrimStart('/');
}
