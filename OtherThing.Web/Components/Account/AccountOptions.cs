namespace OtherThing.Web.Components.Account;

/// <summary>Who may register; section <c>Accounts</c>.</summary>
public sealed class AccountOptions
{
    public const string Section = "Accounts";

    /// <summary>
    /// True: anyone. Null or false: anyone until the first account exists, then only with an invite. Development takes null as true.
    /// </summary>
    public bool? OpenRegistration { get; set; }
}
