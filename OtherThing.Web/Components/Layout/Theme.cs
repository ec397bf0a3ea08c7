using MudBlazor;

namespace OtherThing.Web.Components.Layout;

/// <summary>One role of the look: components name the role, never a colour.</summary>
/// <param name="Name">The role: <c>--ot-{Name}</c> in <c>wwwroot/theme.css</c>.</param>
/// <param name="Dark">Its colour in the dark theme, <c>#rrggbb</c>.</param>
/// <param name="Light">Its colour in the light theme, <c>#rrggbb</c>.</param>
public sealed record ThemeRole(string Name, string Dark, string Light);

/// <summary>Every value of the look; <c>wwwroot/theme.css</c> says the same to the browser, and a test holds the two together.</summary>
public static class Theme
{
    /// <summary>Holds <c>dark</c> or <c>light</c> once a person has chosen; without it the theme follows the system.</summary>
    public const string CookieName = "ot-theme";

    /// <summary>Holds <c>open</c> when the left rail shows its words.</summary>
    public const string RailCookieName = "ot-rail";

    public static ThemeRole Canvas { get; } = new("canvas", "#0d1117", "#f6f8fa");

    public static ThemeRole Surface { get; } = new("surface", "#151b23", "#ffffff");

    public static ThemeRole Raised { get; } = new("raised", "#1c2430", "#ffffff");

    public static ThemeRole Border { get; } = new("border", "#2b3442", "#d5dbe3");

    public static ThemeRole Text { get; } = new("text", "#e6edf3", "#1b2430");

    public static ThemeRole Muted { get; } = new("muted", "#9aa7b8", "#566273");

    public static ThemeRole Accent { get; } = new("accent", "#4cc2b0", "#0b7d6f");

    public static ThemeRole Danger { get; } = new("danger", "#ff7b72", "#c4312a");

    public static ThemeRole Warning { get; } = new("warning", "#e3b341", "#8a6100");

    public static ThemeRole Success { get; } = new("success", "#56d364", "#1a7f37");

    public static ThemeRole Info { get; } = new("info", "#79b8ff", "#0b5cad");

    /// <summary>Words on a filled accent, danger, warning, success or info.</summary>
    public static ThemeRole OnColor { get; } = new("on-color", "#0d1117", "#ffffff");

    public static IReadOnlyList<ThemeRole> Roles { get; } =
        [Canvas, Surface, Raised, Border, Text, Muted, Accent, Danger, Warning, Success, Info, OnColor];

    /// <summary>What is written on what; each pair keeps a contrast of 4.5:1 in both themes.</summary>
    public static IReadOnlyList<(ThemeRole Words, ThemeRole Ground)> TextPairs { get; } =
    [
        .. from ground in new[] { Canvas, Surface, Raised }
           from words in new[] { Text, Muted, Accent, Danger, Warning, Success, Info }
           select (words, ground),
        .. from ground in new[] { Accent, Danger, Warning, Success, Info } select (OnColor, ground),
    ];

    /// <summary>The same values for MudBlazor: dense, radius 6, borders instead of shadows, no capitals on buttons.</summary>
    public static MudTheme Mud { get; } = new()
    {
        PaletteDark = Fill(new PaletteDark(), role => role.Dark),
        PaletteLight = Fill(new PaletteLight(), role => role.Light),
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "6px", AppbarHeight = "48px" },
        Typography = new Typography
        {
            Default = Set(new DefaultTypography(), "14px", "400", "1.45"),
            H1 = Set(new H1Typography(), "28px", "600", "1.25"),
            H2 = Set(new H2Typography(), "20px", "600", "1.3"),
            H3 = Set(new H3Typography(), "20px", "600", "1.3"),
            H4 = Set(new H4Typography(), "16px", "600", "1.4"),
            H5 = Set(new H5Typography(), "16px", "600", "1.4"),
            H6 = Set(new H6Typography(), "16px", "600", "1.4"),
            Subtitle1 = Set(new Subtitle1Typography(), "14px", "500", "1.45"),
            Subtitle2 = Set(new Subtitle2Typography(), "13px", "500", "1.45"),
            Body1 = Set(new Body1Typography(), "14px", "400", "1.45"),
            Body2 = Set(new Body2Typography(), "13px", "400", "1.45"),
            Button = Set(new ButtonTypography(), "13px", "500", "1.5"),
            Caption = Set(new CaptionTypography(), "12px", "400", "1.4"),
            Overline = Set(new OverlineTypography(), "12px", "500", "1.4"),
        },
    };

    private static string[] FontStack { get; } =
        ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "Liberation Sans", "sans-serif"];

    private static TPalette Fill<TPalette>(TPalette palette, Func<ThemeRole, string> of)
        where TPalette : Palette
    {
        palette.Background = palette.BackgroundGray = of(Canvas);
        palette.Surface = palette.AppbarBackground = palette.DrawerBackground = of(Surface);
        palette.TextPrimary = palette.DrawerText = palette.AppbarText = of(Text);
        palette.TextSecondary = palette.ActionDefault = palette.DrawerIcon = of(Muted);
        palette.LinesDefault = palette.LinesInputs = palette.TableLines = palette.Divider = palette.DividerLight = of(Border);
        palette.Primary = palette.Secondary = palette.Tertiary = of(Accent);
        palette.Error = of(Danger);
        palette.Warning = of(Warning);
        palette.Success = of(Success);
        palette.Info = of(Info);
        palette.PrimaryContrastText = palette.SecondaryContrastText = palette.TertiaryContrastText = of(OnColor);
        palette.ErrorContrastText = palette.WarningContrastText = palette.SuccessContrastText = palette.InfoContrastText = of(OnColor);
        return palette;
    }

    private static TTypography Set<TTypography>(TTypography typography, string size, string weight, string lineHeight)
        where TTypography : BaseTypography
    {
        typography.FontFamily = FontStack;
        typography.FontSize = size;
        typography.FontWeight = weight;
        typography.LineHeight = lineHeight;
        typography.LetterSpacing = "normal";
        typography.TextTransform = "none";
        return typography;
    }
}
