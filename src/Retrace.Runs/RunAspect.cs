namespace Retrace.Runs;

/// <summary>
/// What a run is started with besides its settings. A resume with another one is refused, unless it is allowed by name.
/// </summary>
public enum RunAspect
{
    /// <summary>The model to start from, which is also the reference policy (<c>model</c>).</summary>
    Model,

    /// <summary>The problems to train on, their labels and their order (<c>data</c>).</summary>
    Data,

    /// <summary>The version of Retrace (<c>library</c>).</summary>
    Library,

    /// <summary>The version of libtorch (<c>libtorch</c>).</summary>
    LibTorch,

    /// <summary>Where tensors live (<c>device</c>).</summary>
    Device,

    /// <summary>The vector instructions that tensors are computed with (<c>instruction-set</c>).</summary>
    InstructionSet,
}

/// <summary>The names that users give to aspects.</summary>
public static class RunAspects
{
    private const string Versions = "versions"; // Both of them at once.

    /// <summary>The names, in the order of the enumeration.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Enum.GetValues<RunAspect>().Select(NameOf)];

    /// <summary>An aspect's name.</summary>
    public static string NameOf(RunAspect aspect) => aspect switch
    {
        RunAspect.Model => "model",
        RunAspect.Data => "data",
        RunAspect.Library => "library",
        RunAspect.LibTorch => "libtorch",
        RunAspect.Device => "device",
        RunAspect.InstructionSet => "instruction-set",
        _ => throw new ArgumentOutOfRangeException(nameof(aspect), aspect, null),
    };

    /// <summary>Reads lists of names, separated by commas; <c>versions</c> stands for library and libtorch.</summary>
    /// <param name="option">The option that the lists were given to, for messages.</param>
    /// <param name="lists">The lists.</param>
    /// <exception cref="BadInputException">There is no aspect of a name.</exception>
    public static IReadOnlySet<RunAspect> Parse(string option, IEnumerable<string> lists) => lists
        .SelectMany(list => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        .SelectMany(name => name == Versions
            ? [RunAspect.Library, RunAspect.LibTorch]
            : Enum.GetValues<RunAspect>().Where(aspect => NameOf(aspect) == name) is var found && found.Any()
                ? found
                : throw new BadInputException(
                    $"{option} is \"{name}\", but must be some of {string.Join(", ", Names)} or {Versions}"))
        .ToHashSet();
}
