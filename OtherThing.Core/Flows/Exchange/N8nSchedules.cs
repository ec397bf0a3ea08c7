using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OtherThing.Core.Flows.Exchange;

/// <summary>Turns n8n's schedules, new and old, into cron expressions.</summary>
internal static class N8nSchedules
{
    public static ForeignStep? Read(JsonElement settings, string? timezone)
    {
        var rules = settings.Get("rule").List("interval");
        rules = rules.Count > 0 ? rules : settings.Get("triggerTimes").List("item");
        rules = rules.Count > 0 ? rules : [settings];
        if (Cron(rules[0]) is not { } cron)
        {
            return null;
        }

        var remarks = new List<string>();
        if (rules.Count > 1)
        {
            remarks.Add($"It had {rules.Count} times; only the first came along. Add a trigger for each of the others.");
        }

        if (timezone is null)
        {
            remarks.Add("The workflow named no time zone; UTC is taken.");
        }

        return new ForeignStep("trigger.schedule", new JsonObject { ["cron"] = cron, ["timezone"] = timezone ?? "UTC" }) { Remarks = remarks };
    }

    private static string? Cron(JsonElement rule)
    {
        var (minute, hour) = (Whole(rule, "triggerAtMinute", "minute"), Whole(rule, "triggerAtHour", "hour"));
        switch (rule.Text("field") ?? rule.Text("mode") ?? rule.Text("unit") ?? "days")
        {
            case "cronExpression" or "custom":
                return (rule.Text("expression") ?? rule.Text("cronExpression"))?.TrimStart('=').Trim() is { Length: > 0 and < 200 } cron
                    ? cron.StartsWith("0 ", StringComparison.Ordinal) && cron.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length == 6 ? cron[2..] : cron
                    : null;
            case "minutes" or "everyMinute" or "everyX" when rule.Text("unit") != "hours":
                return Every(rule, "minutesInterval", 60) is { } minutes ? string.Create(CultureInfo.InvariantCulture, $"*/{minutes} * * * *") : null;
            case "hours" or "everyHour" or "everyX":
                return Every(rule, "hoursInterval", 24) is { } hours ? string.Create(CultureInfo.InvariantCulture, $"{minute} */{hours} * * *") : null;
            case "days" or "everyDay" when (rule.Number("daysInterval") ?? 1) == 1:
                return string.Create(CultureInfo.InvariantCulture, $"{minute} {hour} * * *");
            case "weeks" or "everyWeek" when (rule.Number("weeksInterval") ?? 1) == 1:
                var days = rule.List("triggerAtDay").Select(day => day.AsText()).Append(rule.Text("weekday")).OfType<string>().ToList();
                return string.Create(CultureInfo.InvariantCulture, $"{minute} {hour} * * {(days.Count == 0 ? "1" : string.Join(',', days))}");
            case "months" or "everyMonth" when (rule.Number("monthsInterval") ?? 1) == 1:
                return string.Create(CultureInfo.InvariantCulture, $"{minute} {hour} {Math.Max(1, Whole(rule, "triggerAtDayOfMonth", "dayOfMonth"))} * *");
            default:
                return null;
        }
    }

    private static int Whole(JsonElement rule, string name, string older) => (int)Math.Clamp(rule.Number(name) ?? rule.Number(older) ?? 0, 0, 59);

    /// <summary>An interval that divides the clock evenly; others cron cannot say.</summary>
    private static int? Every(JsonElement rule, string name, int of)
    {
        var interval = rule.Number(name) ?? rule.Number("interval") ?? rule.Number("value") ?? 1;
        return interval is >= 1 && interval < of && interval == Math.Floor(interval) && of % (int)interval == 0 ? (int)interval : null;
    }
}
