using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Access;
using OtherThing.Web.Hosting.Requests;

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

    /// <summary>A request whose body, where it takes one, is well-formed but empty.</summary>
    public HttpRequestMessage RequestFor(Guid workspaceId) => new(new HttpMethod(Method), AddressFor(workspaceId))
    {
        Content = TakesBody ? JsonContent.Create(new { }) : null,
    };

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
