namespace OtherThing.Data;

/// <summary>Which database; bound from <c>Database:Provider</c> and <c>ConnectionStrings:Default</c>.</summary>
public sealed record DatabaseOptions(DatabaseProvider Provider, string ConnectionString)
{
    /// <summary>The embedded database in a data directory.</summary>
    public static DatabaseOptions SqliteIn(string directory) =>
        new(DatabaseProvider.Sqlite, $"Data Source={Path.Combine(directory, "otherthing.db")};Cache=Private");
}

/// <summary>The databases OtherThing runs on.</summary>
public enum DatabaseProvider
{
    Sqlite,
    SqlServer,
}
