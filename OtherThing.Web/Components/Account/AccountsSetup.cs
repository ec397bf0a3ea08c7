using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OtherThing.Core.Access;
using OtherThing.Data;
using OtherThing.Data.Access;
using OtherThing.Web.Components.Account.Mail;
using OtherThing.Web.Components.Account.Recovery;
using OtherThing.Web.Components.Account.SignIn;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Start;

namespace OtherThing.Web.Components.Account;

/// <summary>Registers and maps accounts.</summary>
internal static class AccountsSetup
{
    public static WebApplicationBuilder AddAccounts(this WebApplicationBuilder builder)
    {
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddScoped<CurrentActor>();
        builder.Services.AddAccessData();
        builder.Services.AddSingleton<ILookupNormalizer, AddressNormalizer>();
        builder.Services.AddIdentityCore<AppUser>(ConfigureIdentity)
            .AddSignInManager<AppSignInManager>()
            .AddEntityFrameworkStores<AppDbContext>()
            .AddDefaultTokenProviders()
            .AddTokenProvider<ResetTokens>(ResetTokens.ProviderName);
        builder.Services.AddScoped(provider => (AppSignInManager)provider.GetRequiredService<SignInManager<AppUser>>());
        builder.Services.AddOptions<AccountOptions>().BindConfiguration(AccountOptions.Section);
        builder.Services.AddOptions<PersonCapsOptions>().BindConfiguration(PersonCapsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton(provider => new PersonCaps(provider.GetRequiredService<IOptions<PersonCapsOptions>>().Value));
        builder.Services.AddSingleton<RegistrationGate>();
        builder.Services.AddSingleton(provider => ActivatorUtilities.CreateInstance<SetupCode>(provider, builder.Mode()));
        builder.Services.AddHostedService(provider => provider.GetRequiredService<SetupCode>());
        builder.Services.AddScoped<Registration>();
        builder.Services.AddOptions<MailOptions>().BindConfiguration(MailOptions.Section)
            .Validate(mail => string.IsNullOrEmpty(mail.Host) || !string.IsNullOrEmpty(mail.LinkBase), "Mail:Host is set, so Mail:LinkBase must be set too.")
            .ValidateOnStart();
        builder.Services.AddSingleton<AccountMail>();
        builder.Services.AddScoped<AccountLetters>();
        builder.Services.AddSingleton<AccountMailQueue>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<AccountMailQueue>());
        builder.Services.AddSingleton<SignInGuard>();
        builder.Services.AddSingleton<UnknownAccount>();
        builder.Services.AddScoped<SecondFactor>();
        builder.Services.AddScoped<SignInSessions>();
        builder.Services.AddScoped<PasswordSignIn>();
        builder.Services.AddScoped<Reconfirmation>();
        builder.Services.AddScoped<PasswordHelp>();
        builder.Services.AddScoped<AccountService>();
        return builder.AddSignIn();
    }

    public static WebApplication MapAccounts(this WebApplication app)
    {
        app.MapAuthEndpoints();
        app.MapAuthManageEndpoints();
        app.MapMeEndpoints();
        app.MapTokenEndpoints();
        return app;
    }

    private static void ConfigureIdentity(IdentityOptions options)
    {
        options.Tokens.PasswordResetTokenProvider = ResetTokens.ProviderName;
        options.User.RequireUniqueEmail = true;
        options.User.AllowedUserNameCharacters = ""; // the user name is the e-mail address, which has rules of its own
        options.Password.RequiredLength = 8;
        options.Password.RequiredUniqueChars = 1;
        options.Password.RequireDigit = false;
        options.Password.RequireLowercase = false;
        options.Password.RequireUppercase = false;
        options.Password.RequireNonAlphanumeric = false;
    }
}
