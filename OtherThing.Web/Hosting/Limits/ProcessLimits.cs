namespace OtherThing.Web.Hosting.Limits;

/// <summary>What holds for the whole process, whichever code or package asks.</summary>
internal static class ProcessLimits
{
    /// <summary>Read by the runtime when the first pattern is made, so it is set before anything else.</summary>
    public static void Set() => AppContext.SetData("REGEX_DEFAULT_MATCH_TIMEOUT", TimeSpan.FromSeconds(2));
}
