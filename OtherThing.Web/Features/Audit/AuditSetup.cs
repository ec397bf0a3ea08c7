namespace OtherThing.Web.Features.Audit;

/// <summary>Maps the audit.</summary>
internal static class AuditSetup
{
    public static WebApplication MapAudit(this WebApplication app)
    {
        app.MapAuditEndpoints();
        return app;
    }
}
