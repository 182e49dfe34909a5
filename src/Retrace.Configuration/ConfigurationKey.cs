using System.Globalization;
using System.Reflection;
using System.Text;

namespace Retrace.Configuration;

/// <summary>One key of the configuration, as the records declare it.</summary>
internal sealed class ConfigurationKey
{
    private readonly SettingAttribute _setting;
    private readonly PropertyInfo? _section;
    private readonly PropertyInfo _property;
    private readonly Type _type;
    private readonly bool _nullable;

    private ConfigurationKey(PropertyInfo? section, PropertyInfo property)
    {
        _section = section;
        _property = property;
        _setting = property.GetCustomAttribute<SettingAttribute>()!;
        Name = KeyOf(property);
        Section = section is null ? null : KeyOf(section);
        SectionExplanation = section?.GetCustomAttribute<SettingAttribute>()!.Explanation;
        _type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        _nullable = new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable;
    }

    /// <summary>Every key, in the order in which the records declare them.</summary>
    public static IReadOnlyList<ConfigurationKey> All { get; } = Declared().ToList();

    public string? Section { get; }

    public string? SectionExplanation { get; }

    /// <summary>The key inside its section: the last part of <see cref="Path"/>.</summary>
    public string Name { get; }

    /// <summary><c>section.name</c>.</summary>
    public string Path => Section is null ? Name : $"{Section}.{Name}";

    /// <summary>What the key means and what it may hold, on one line.</summary>
    public string Explanation => $"{_setting.Explanation} ({Allowed})";

    /// <summary>Describes the allowed values in words.</summary>
    public string Allowed
    {
        get
        {
            if (_setting.Choices is { } choices)
            {
                return string.Join(" | ", choices);
            }
            if (_setting.WordsOf is { } words)
            {
                return $"some of {string.Join(", ", words)}, separated by spaces";
            }
            string kind = _type == typeof(bool) ? "true or false"
                : _type == typeof(string) ? "text"
                : _type == typeof(double) ? "a number"
                : "a whole number";
            List<string> bounds = [];
            AddBound(bounds, "of at least", _setting.AtLeast);
            AddBound(bounds, "above", _setting.Above);
            AddBound(bounds, "at most", _setting.AtMost);
            AddBound(bounds, "below", _setting.Below);
            string bounded = bounds.Count == 0 ? kind : $"{kind} {string.Join(" and ", bounds)}";
            return _nullable ? bounded + ", or null" : bounded;
        }
    }

    /// <summary>The key's value in <paramref name="configuration"/>, as YAML.</summary>
    public string Format(RunConfiguration configuration) => _property.GetValue(Owner(configuration)) switch
    {
        null => "null",
        bool value => value ? "true" : "false",
        double value => FormatNumber(value),
        string value => Quote(value),
        IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
        object value => throw new InvalidOperationException($"{Path} holds a {value.GetType()}."),
    };

    /// <summary>The value of a key that holds a number.</summary>
    public double NumberOf(RunConfiguration configuration) =>
        Convert.ToDouble(_property.GetValue(Owner(configuration)), CultureInfo.InvariantCulture);

    /// <summary>Sets the key in a configuration that is being assembled.</summary>
    /// <exception cref="BadInputException">The text is not a valid value for this key.</exception>
    public void Set(RunConfiguration configuration, ScalarValue value)
    {
        if (!TryParse(value, out object? parsed))
        {
            throw new BadInputException($"{value.Place}: {Path} is \"{value.Text}\", but must be {Requirement}");
        }
        _property.SetValue(Owner(configuration), parsed);
    }

    /// <summary>Checks the value that a configuration has for this key, wherever it came from.</summary>
    /// <exception cref="BadInputException">It is out of bounds.</exception>
    public void Check(RunConfiguration configuration)
    {
        if (!IsAllowed(_property.GetValue(Owner(configuration))))
        {
            throw new BadInputException($"{Path} is {Format(configuration)}, but must be {Requirement}");
        }
    }

    private string Requirement => _setting.Choices is { } choices ? $"one of {string.Join(", ", choices)}" : Allowed;

    private bool TryParse(ScalarValue value, out object? parsed)
    {
        parsed = null;
        if (value.IsNull)
        {
            return _nullable;
        }
        if (_type == typeof(string))
        {
            parsed = value.Text;
            return IsAllowed(parsed);
        }
        if (_type == typeof(bool))
        {
            bool understood = bool.TryParse(value.Text, out bool truth);
            parsed = truth;
            return understood;
        }
        CultureInfo culture = CultureInfo.InvariantCulture;
        if (_type == typeof(double))
        {
            bool understood = double.TryParse(value.Text, NumberStyles.Float, culture, out double number);
            parsed = number;
            return understood && IsAllowed(number);
        }
        if (!long.TryParse(value.Text, NumberStyles.AllowLeadingSign, culture, out long whole) ||
            (_type == typeof(int) && whole != (int)whole))
        {
            return false;
        }
        parsed = _type == typeof(int) ? (object)(int)whole : whole;
        return IsAllowed(parsed);
    }

    private bool IsAllowed(object? value) => value switch
    {
        null => _nullable,
        string text => (_setting.Choices is not { } choices || choices.Contains(text))
            && (_setting.WordsOf is not { } words || text.Split(' ').All(words.Contains)),
        double number => IsWithinBounds(number),
        int number => IsWithinBounds(number),
        long number => IsWithinBounds(number),
        _ => true,
    };

    private bool IsWithinBounds(double number) =>
        double.IsFinite(number) && number >= _setting.AtLeast && number <= _setting.AtMost &&
        number > _setting.Above && number < _setting.Below;

    private object Owner(RunConfiguration configuration) =>
        _section is null ? configuration : _section.GetValue(configuration)!;

    private static IEnumerable<ConfigurationKey> Declared()
    {
        foreach (PropertyInfo property in SettingsOf(typeof(RunConfiguration)))
        {
            if (property.PropertyType.Assembly != typeof(RunConfiguration).Assembly)
            {
                yield return new ConfigurationKey(null, property);
                continue;
            }
            foreach (PropertyInfo inner in SettingsOf(property.PropertyType))
            {
                yield return new ConfigurationKey(property, inner);
            }
        }
    }

    private static IEnumerable<PropertyInfo> SettingsOf(Type type) =>
        type.GetProperties()
            .Where(property => property.IsDefined(typeof(SettingAttribute)))
            .OrderBy(property => property.MetadataToken);

    private static string KeyOf(PropertyInfo property)
    {
        if (property.GetCustomAttribute<SettingAttribute>()!.Key is { } key)
        {
            return key;
        }
        StringBuilder name = new();
        foreach (char letter in property.Name)
        {
            if (char.IsUpper(letter) && name.Length > 0)
            {
                name.Append('_');
            }
            name.Append(char.ToLowerInvariant(letter));
        }
        return name.ToString();
    }

    private static void AddBound(List<string> bounds, string words, double bound)
    {
        if (double.IsFinite(bound))
        {
            bounds.Add($"{words} {bound.ToString(CultureInfo.InvariantCulture)}");
        }
    }

    // 1e-06 rather than .NET's 1E-06, and a decimal point where there is neither point nor exponent.
    private static string FormatNumber(double value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');
        return text.AsSpan().IndexOfAny('.', 'e') < 0 ? text + ".0" : text;
    }

    // Words stay plain; everything else becomes a double-quoted scalar.
    private static string Quote(string text)
    {
        bool plain = text.Length > 0 && char.IsAsciiLetter(text[0]) &&
            text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '/' or '.') &&
            text.ToLowerInvariant() is not
                ("null" or "true" or "false" or "yes" or "no" or "on" or "off" or "y" or "n");
        if (plain)
        {
            return text;
        }
        StringBuilder quoted = new("\"");
        foreach (char letter in text)
        {
            _ = letter switch
            {
                '"' or '\\' => quoted.Append('\\').Append(letter),
                '\n' => quoted.Append("\\n"),
                '\t' => quoted.Append("\\t"),
                < ' ' or (>= '\x7f' and <= '\xa0') or '\u2028' or '\u2029' or '\ufeff' =>
                    quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"),
                _ => quoted.Append(letter),
            };
        }
        return quoted.Append('"').ToString();
    }
}
