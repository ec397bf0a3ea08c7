namespace OtherThing.Core.Retention;

/// <summary>How large the embedded database's file is.</summary>
public interface IFileSpace
{
    /// <summary>The figures of now; null where a database server keeps the data.</summary>
    Task<FileFigures?> ReadAsync(CancellationToken cancellationToken);
}

/// <summary>An embedded database's file.</summary>
/// <param name="Bytes">How large it is, in bytes.</param>
/// <param name="UnusedBytes">How much of that nothing is in.</param>
/// <param name="GivesBack">True when it gives unused room back to the disk by itself; false until it has been compacted once.</param>
public sealed record FileFigures(long Bytes, long UnusedBytes, bool GivesBack);
