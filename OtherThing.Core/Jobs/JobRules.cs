using System.Text.RegularExpressions;
using OtherThing.Core.Jobs.Dispatch;
using OtherThing.Core.Jobs.Kinds;
using OtherThing.Core.Results;

namespace OtherThing.Core.Jobs;

/// <summary>What a job may ask for; what is wrong is said with its field.</summary>
public static partial class JobRules
{
    /// <summary>The most bytes of standard input.</summary>
    public const int MaxStdinBytes = 1024 * 1024;

    /// <summary>The most bytes of a script.</summary>
    public const int MaxScriptBytes = 256 * 1024;

    /// <summary>The most bytes of all arguments, and of all environment variables.</summary>
    public const int MaxArgumentBytes = 128 * 1024;

    /// <summary>The most jobs of one batch.</summary>
    public const int MaxBatch = 1000;

    private static readonly TextLimit s_label = TextLimit.Of(40);

    /// <summary>The interpreters a script may name.</summary>
    public static IReadOnlyList<string> Shells { get; } = ["sh", "bash", "python3", "pwsh", "powershell", "cmd"];

    /// <summary>What is said of a job whose row the database refused.</summary>
    internal static Error NotKept(RowRefusedException refused) =>
        Error.Invalid(JobDispatcher.NotKept, "job", "The job could not be written down: " + refused.Message);

    /// <summary>Checks a job.</summary>
    /// <returns>Null, or <c>job.invalid</c> or <c>job.too_large</c> with every field at fault.</returns>
    public static Error? Check(JobKind kind, JobSpec spec)
    {
        var fields = new List<FieldError>();
        JobKinds.Of(kind).Check(spec, fields);
        CheckEnv(spec, fields);
        CheckRequirements(spec.Requirements, fields);
        if (spec.TimeoutSeconds is < 1 or > 86_400)
        {
            fields.Add(new FieldError("timeoutSeconds", "timeoutSeconds must be 1 to 86400."));
        }

        return Invalid(fields) ?? (FindTooLarge(spec) is { } large ? TooLarge(large) : null);
    }

    /// <summary>Checks what a job asks of a machine.</summary>
    /// <returns>Null, or <c>job.invalid</c> with every field at fault.</returns>
    public static Error? Check(JobRequirements requirements)
    {
        var fields = new List<FieldError>();
        CheckRequirements(requirements, fields);
        return Invalid(fields);
    }

    private static Error? Invalid(List<FieldError> fields) => fields.Count > 0 ? Error.Invalid("job.invalid", fields[0].Message, fields) : null;

    private static FieldError? FindTooLarge(JobSpec spec) =>
        WorkKind.Bytes(spec.Stdin) > MaxStdinBytes ? new FieldError("stdin", "stdin may have at most 1 MiB.")
        : JobKinds.All.Select(kind => kind.FindTooLarge(spec)).FirstOrDefault(large => large is not null) is { } own ? own
        : spec.Env.Sum(pair => WorkKind.Bytes(pair.Key) + WorkKind.Bytes(pair.Value)) > MaxArgumentBytes
            ? new FieldError("env", "env may have at most 128 KiB in all.")
        : null;

    private static void CheckEnv(JobSpec spec, List<FieldError> fields)
    {
        if (spec.Env.Count > 256)
        {
            fields.Add(new FieldError("env", "env may have at most 256 variables."));
        }

        foreach (var (name, value) in spec.Env)
        {
            if (!EnvName().IsMatch(name) || value is null || value.Contains('\0'))
            {
                var shown = TextCut.Shown(name, 60);
                fields.Add(new FieldError($"env.{shown}", "A variable's name must match [A-Za-z_][A-Za-z0-9_]*, its value be text without NUL."));
                return;
            }
        }
    }

    private static void CheckRequirements(JobRequirements demand, List<FieldError> fields)
    {
        Range(demand.CpuCores, 0.01, 4096, "requirements.cpuCores");
        Range(demand.MemoryMb, 1, 1 << 30, "requirements.memoryMb");
        Range(demand.GpuCount, 0, 64, "requirements.gpuCount");
        Range(demand.VramMb, 0, 1 << 30, "requirements.vramMb");
        if (demand.Os is not (null or "linux" or "windows" or "macos"))
        {
            fields.Add(new FieldError("requirements.os", "os must be linux, windows or macos."));
        }

        if (demand.Network is not (null or "none" or "full"))
        {
            fields.Add(new FieldError("requirements.network", "network must be none or full."));
        }

        if (demand.Labels is { } labels && (labels.Count > 20 || labels.Any(label => label is not { Length: > 0 } || !s_label.Holds(label))))
        {
            fields.Add(new FieldError("requirements.labels", "labels may be at most 20 words of 1 to 40 characters."));
        }

        void Range(double? value, double least, double most, string path)
        {
            if (value is { } number && (!double.IsFinite(number) || number < least || number > most))
            {
                fields.Add(new FieldError(path, $"{path} must be {least:0.##} to {most:0}."));
            }
        }
    }

    private static Error TooLarge(FieldError field) => new(ErrorKind.TooLarge, "job.too_large", field.Message) { Fields = [field] };

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]{0,127}\z")]
    private static partial Regex EnvName();
}
