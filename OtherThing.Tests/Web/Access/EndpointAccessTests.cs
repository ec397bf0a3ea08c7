using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Access;
using OtherThing.Tests.Support;
using OtherThing.Web.Hosting;

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

    private static string PatternOf(RouteEndpoint endpoint) => "/" + endpoint.RoutePattern.RawText!.TrimStart('/');
}
