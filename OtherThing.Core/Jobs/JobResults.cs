using System.Text;

namespace OtherThing.Core.Jobs;

/// <summary>Results from a job's row and what it wrote.</summary>
internal static class JobResults
{
    public static JobResult Of(Job job, IReadOnlyList<StoredLog> log) => Of(job, Text(log, LogSource.Stdout), Text(log, LogSource.Stderr));

    public static JobResult Of(Job job, string stdout, string stderr) =>
        new(job.Status, job.NodeId, job.ExitCode, stdout, stderr, job.Seconds, job.Error, job.ErrorCode, job.Sandbox, job.Network);

    /// <summary>One output as text; where something is missing it says how much.</summary>
    public static string Text(IReadOnlyList<StoredLog> log, LogSource stream)
    {
        var text = new StringBuilder();
        using var bytes = new MemoryStream();
        foreach (var piece in log)
        {
            if (piece.Stream != stream)
            {
                continue;
            }

            var rest = 0;
            if (piece.Dropped > 0)
            {
                var begun = Utf8Edge.Begun(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
                rest = Utf8Edge.Rest(piece.Data);
                Flush(begun);
                text.Append(LogBuffer.Gap(piece.Dropped + begun + rest));
            }

            bytes.Write(piece.Data.AsSpan(rest));
        }

        Flush(0);
        return text.ToString();

        void Flush(int begun)
        {
            text.Append(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length - begun));
            bytes.SetLength(0);
        }
    }
}
