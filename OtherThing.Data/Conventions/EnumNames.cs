using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace OtherThing.Data.Conventions;

/// <summary>Stores every enum by its name instead of its number, so that the database reads like REST and survives a new member.</summary>
internal static class EnumNames
{
    private const int LongestName = 40;

    public static void UseEnumNames(this ModelBuilder builder)
    {
        foreach (var property in builder.Model.GetEntityTypes().SelectMany(entity => entity.GetProperties()))
        {
            var type = Nullable.GetUnderlyingType(property.ClrType) ?? property.ClrType;
            if (type.IsEnum && property.GetValueConverter() is null && property.GetProviderClrType() is null)
            {
                property.SetValueConverter((ValueConverter)Activator.CreateInstance(typeof(SnakeCaseEnumConverter<>).MakeGenericType(type))!);
                property.SetMaxLength(LongestName);
            }
        }
    }
}
