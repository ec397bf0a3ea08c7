using OtherThing.Core.Approvals;
using OtherThing.Core.Steps;
using OtherThing.Data.Approvals;

namespace OtherThing.Web.Features.Approvals;

/// <summary>Registers and maps approvals, and the steps that put cards on the board.</summary>
internal static class ApprovalsSetup
{
    public static WebApplicationBuilder AddApprovals(this WebApplicationBuilder builder)
    {
        builder.Services.AddApprovalsData().AddApprovals().AddSingleton<IStepExecutor, CreateTaskExecutor>();
        return builder;
    }

    public static WebApplication MapApprovals(this WebApplication app)
    {
        app.MapApprovalEndpoints();
        return app;
    }
}
