using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Access;
using OtherThing.Web.Hosting;

namespace OtherThing.Tests.Support;

/// <summary>One REST endpoint as the server has it.</summary>
public sealed record ApiEndpoint(string Method, string Pattern, Operation? Operation, bool TakesBody)
{
    /// <summary>Whether it is about one workspace, named in the route.</summary>
    public bool IsOfWorkspace => Pattern.Contains("{workspaceId", StringComparison.Ordinal);

    /// <summary>The address with a workspace and, for every other parameter, an id that nothing has.</summary>
    public string AddressFor(Guid workspaceId) => Regex.Replace(
        Pattern.Replace("{workspaceId:guid}", workspaceId.ToString(), StringComparison.Ordinal),
        @"\{(\w+)(:[^}]*)?\??\}",
        match => match.Groups[2].Value.Contains("int", StringComparison.Ordinal) ? "999999" : Guid.NewGuid().ToString());

    /// <summary>Bodies of endpoints that read them before they know who asks: what is malformed is so for everybody.</summary>
    private static readonly Dictionary<string, object> s_bodies = new()
    {
        ["/jobs"] = new { kind = "noop" },
        ["/jobs/batches"] = new { jobs = new[] { new { kind = "noop" } } },
    };

    /// <summary>A request whose body, where it takes one, is well-formed but empty.</summary>
    public HttpRequestMessage RequestFor(Guid workspaceId) => new(new HttpMethod(Method), AddressFor(workspaceId))
    {
        Content = TakesBody ? JsonContent.Create(BodyFor(Pattern.TrimEnd('/'))) : null,
    };

    private static object BodyFor(string pattern) =>
        s_bodies.FirstOrDefault(body => pattern.EndsWith("}" + body.Key, StringComparison.Ordinal)).Value ?? new { };

    public override string ToString() => $"{Method} {Pattern}";

    /// <summary>Every endpoint under <c>/api</c>.</summary>
    public static IReadOnlyList<ApiEndpoint> AllOf(TestServer server) =>
    [
        .. from endpoint in server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
           let pattern = "/" + endpoint.RoutePattern.RawText!.TrimStart('/')
           where pattern.StartsWith("/api/", StringComparison.Ordinal)
           from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []
           select new ApiEndpoint(
               method, pattern, endpoint.Metadata.GetMetadata<OperationMetadata>()?.Operation,
               endpoint.Metadata.GetMetadata<IAcceptsMetadata>() is not null),
    ];
}
