using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Approvals;

namespace OtherThing.Data.Approvals;

/// <summary>Registers the store of approvals.</summary>
public static class ApprovalsDataSetup
{
    public static IServiceCollection AddApprovalsData(this IServiceCollection services) => services.AddSingleton<IApprovalStore, ApprovalStore>();
}
