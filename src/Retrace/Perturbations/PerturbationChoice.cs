using System.Globalization;

namespace Retrace.Perturbations;

/// <summary>A perturbation and its highest level, as a command line names them: <c>gaussian:20</c>.</summary>
/// <param name="Name">One of <see cref="ImagePerturbations.Names"/>.</param>
/// <param name="Level">The highest level.</param>
public sealed record PerturbationChoice(string Name, int Level)
{
    /// <summary>
    /// Choices with commas between them, each with a level where that is not the usual one, and each once.
    /// </summary>
    /// <param name="option">The option's name in error messages.</param>
    /// <exception cref="BadInputException">There is no such perturbation or level.</exception>
    public static IReadOnlyList<PerturbationChoice> ParseList(string option, string list) =>
    [
        .. list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(text => Parse(option, text))
            .Distinct(),
    ];

    /// <summary>Parses one choice, such as <c>gaussian:20</c>.</summary>
    /// <inheritdoc cref="ParseList"/>
    public static PerturbationChoice Parse(string option, string text)
    {
        string[] parts = text.Split(':');
        int level = PerturbationLevel.ReleasedHighest;
        if (parts.Length > 2 || (parts.Length == 2 && !(int.TryParse(parts[1], CultureInfo.InvariantCulture, out level)
            && level is >= 1 and <= 100)))
        {
            throw new BadInputException(
                $"{option} holds \"{text}\", but takes names with a level from 1 to 100, such as gaussian:20");
        }
        PerturbationChoice choice = new(parts[0], level);
        _ = choice.Create(); // Throws where there is no such perturbation.
        return choice;
    }

    /// <summary>Creates the perturbation that this choice names.</summary>
    public IImagePerturbation Create() => ImagePerturbations.Create(Name, Level);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}:{Level}");
}
