using OtherThing.Core;
using OtherThing.Data;

namespace OtherThing.Web.Hosting;

/// <summary>Chooses the database and prepares it before the server says it is ready.</summary>
internal static class DataHosting
{
    public static WebApplicationBuilder AddData(this WebApplicationBuilder builder)
    {
        var server = builder.ReadServerOptions();
        Directory.CreateDirectory(server.DataPath);
        var provider = builder.Configuration.GetValue("Database:Provider", DatabaseProvider.Sqlite);
        var connection = builder.Configuration.GetConnectionString("Default");
        builder.Services.AddCore().AddDatabase((provider, connection) switch
        {
            (DatabaseProvider.SqlServer, null or "") =>
                throw new InvalidOperationException("Database:Provider is SqlServer, so ConnectionStrings:Default must be set."),
            (_, null or "") => DatabaseOptions.SqliteIn(server.DataPath),
            _ => new DatabaseOptions(provider, connection),
        });
        return builder;
    }

    public static Task PrepareDatabaseAsync(this WebApplication app) => app.MigrateDatabaseAsync(app.Lifetime.ApplicationStopping);
}
