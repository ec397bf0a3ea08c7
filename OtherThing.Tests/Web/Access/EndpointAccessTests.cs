using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Access;
using OtherThing.Tests.Support;
using OtherThing.Web.Hosting.Requests;

namespace OtherThing.Tests.Web.Access;

public sealed class EndpointAccessTests(SharedServer server)
{
    /// <summary>What may be called without signing in; a new line here is a decision.</summary>
    private static readonly string[] s_anonymous =
    [
        "/api/v1/auth/register", "/api/v1/auth/login", "/api/v1/auth/refresh", "/api/v1/auth/confirmEmail",
        "/api/v1/auth/resendConfirmationEmail", "/api/v1/auth/forgotPassword", "/api/v1/auth/resetPassword",
    ];

    private RouteEndpoint[] Api => [.. server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Where(endpoint => PatternOf(endpoint).StartsWith("/api/", StringComparison.Ordinal))];

    [Fact]
    public void EveryApiEndpoint_NamesItsRowOrWhyItHasNone()
    {
        var without = Api.Where(endpoint =>
                endpoint.Metadata.GetMetadata<OperationMetadata>() is null && endpoint.Metadata.GetMetadata<NoOperationMetadata>() is null)
            .Select(endpoint => endpoint.DisplayName);

        Assert.Equal("", string.Join('\n', without));
    }

    [Fact]
    public void C01_EveryApiEndpoint_AsksForSignInUnlessReviewed()
    {
        var open = Api.Where(endpoint => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null
                || endpoint.Metadata.GetMetadata<IAuthorizeData>() is null)
            .Select(PatternOf).Distinct().Order();

        Assert.Equal(s_anonymous.Order(), open);
    }

    [Fact]
    public void EveryRowOfAnEndpoint_IsInTheTable() =>
        Assert.All(
            Api.Select(endpoint => endpoint.Metadata.GetMetadata<OperationMetadata>()).OfType<OperationMetadata>(),
            row => Assert.Same(row.Operation, Operations.All[row.Operation.Id]));

    /// <summary>What is wrong with a request is told to those only who may ask at all.</summary>
    [Fact]
    public async Task MalformedRequest_OfAStranger_IsAnsweredAsIfNothingWereThere()
    {
        using var owner = await server.RegisterAsync();
        using var stranger = await server.RegisterAsync();
        var workspaceId = await WorkspaceOfAsync(owner);
        List<string> told = [];
        var malformed = 0;
        foreach (var endpoint in ApiEndpoint.AllOf(server).Where(endpoint => endpoint.IsOfWorkspace && (endpoint.TakesBody || endpoint.Method == "GET")))
        {
            foreach (var (query, body) in new[] { ("?limit=many&wait=long&cursor=!", "{}"), ("?limit=0&wait=0.1", "{\"kind\":7"), ("", "[]") })
            {
                if ((await AnswerAsync(owner, query, body)).Status != HttpStatusCode.BadRequest)
                {
                    continue;
                }

                malformed++;
                var (status, text) = await AnswerAsync(stranger, query, body);
                if (status != HttpStatusCode.NotFound || !text.Contains("workspace.not_found", StringComparison.Ordinal))
                {
                    told.Add($"{endpoint} {query} {body}: {status} {text}");
                }
            }

            async Task<(HttpStatusCode Status, string Text)> AnswerAsync(HttpClient client, string query, string body)
            {
                using var request = new HttpRequestMessage(new HttpMethod(endpoint.Method), endpoint.AddressFor(workspaceId) + query)
                {
                    Content = endpoint.TakesBody ? new StringContent(body, Encoding.UTF8, "application/json") : null,
                };
                using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
                return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            }
        }

        Assert.True(malformed >= 60, $"{malformed} malformed requests");
        Assert.Equal("", string.Join('\n', told));
    }

    private static async Task<Guid> WorkspaceOfAsync(HttpClient client)
    {
        using var made = await client.PostAsJsonAsync("/api/v1/workspaces", new { name = "Workshop" }, TestContext.Current.CancellationToken);
        return (await made.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("id").GetGuid();
    }

    private static string PatternOf(RouteEndpoint endpoint) => "/" + endpoint.RoutePattern.RawText!.TrimStart('/');
}
