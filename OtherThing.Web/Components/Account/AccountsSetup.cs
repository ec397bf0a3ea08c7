using OtherThing.Data;
using OtherThing.Data.Access;
using OtherThing.Web.Hosting;

namespace OtherThing.Web.Components.Account;

/// <summary>Registers and maps accounts.</summary>
internal static class AccountsSetup
{
    public static WebApplicationBuilder AddAccounts(this WebApplicationBuilder builder)
    {
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddScoped<CurrentActor>();
        builder.Services.AddIdentityApiEndpoints<AppUser>().AddEntityFrameworkStores<AppDbContext>();
        builder.Services.AddAuthorization();
        return builder;
    }

    public static WebApplication MapAccounts(this WebApplication app) => app;
}
