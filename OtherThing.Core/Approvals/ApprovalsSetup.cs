using Microsoft.Extensions.DependencyInjection;

namespace OtherThing.Core.Approvals;

/// <summary>Registers approvals.</summary>
public static class ApprovalsSetup
{
    /// <summary>The desk that runs use, the service that people use, and the sweeper.</summary>
    public static IServiceCollection AddApprovals(this IServiceCollection services) => services
        .AddSingleton<ApprovalDesk>()
        .AddSingleton<ApprovalService>()
        .AddHostedService<ApprovalSweeper>();
}
