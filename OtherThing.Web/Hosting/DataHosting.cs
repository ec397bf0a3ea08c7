using OtherThing.Core;
using OtherThing.Data;
using OtherThing.Data.Conventions;

namespace OtherThing.Web.Hosting;

/// <summary>Chooses the database and prepares it before the server says it is ready.</summary>
internal static class DataHosting
{
    public static WebApplicationBuilder AddData(this WebApplicationBuilder builder)
    {
        var server = builder.ReadServerOptions();
        // The agent of this machine keeps its own folder, with modes that its jobs need.
        PrivateFiles.CreateFolder(server.DataPath);
        PrivateFiles.CloseFolder(server.DataPath, except: "local-node");
        var provider = builder.Configuration.GetValue("Database:Provider", DatabaseProvider.Sqlite);
        var connection = builder.Configuration.GetConnectionString("Default");
        var database = string.IsNullOrEmpty(connection) ? DatabaseOptions.SqliteIn(server.DataPath) : new DatabaseOptions(provider, connection);
        database.CloseFile();
        builder.Services.AddCore().AddDatabase(database);
        return builder;
    }

    public static Task PrepareDatabaseAsync(this WebApplication app) => app.MigrateDatabaseAsync(app.Lifetime.ApplicationStopping);
}
