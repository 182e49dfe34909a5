namespace Retrace.Perturbations;

/// <summary>The perturbations by the names that a configuration uses (<c>retrace.perturbation</c>).</summary>
public static class ImagePerturbations
{
    private static readonly NamedChoices<Func<int, IImagePerturbation>> Perturbations = new(
        "image perturbation",
        ("gaussian", level => new GaussianNoise(level)),
        ("salt-pepper", level => new SaltAndPepper(level)),
        ("rotate", level => new Rotation(level)),
        ("blur", level => new GaussianBlur(level)),
        ("contrast", level => new ReducedContrast(level)),
        ("jpeg", level => new JpegCompression(level)),
        ("compose", level => new ComposedPerturbation(
            new GaussianNoise(level),
            new Rotation(level),
            new GaussianBlur(level),
            new ReducedContrast(level),
            new JpegCompression(level))),
        ("blank", _ => new BlankImage()),
        ("none", _ => new NoPerturbation()));

    public static IReadOnlyList<string> Names => Perturbations.Names;

    /// <summary>Registers a perturbation of your own under a name, so that configurations can choose it.</summary>
    /// <param name="name">Letters, digits, - and _. Registering it again replaces the perturbation.</param>
    /// <param name="create">Creates the perturbation from its highest level, 1 to 100.</param>
    /// <exception cref="ArgumentException">
    /// The name cannot be used, or belongs to a built-in perturbation.
    /// </exception>
    public static void Register(string name, Func<int, IImagePerturbation> create) =>
        Perturbations.Register(name, create);

    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="highestLevel">Each image's level is sampled from 1 to this, which is at most 100.</param>
    /// <exception cref="BadInputException">There is no perturbation of that name.</exception>
    public static IImagePerturbation Create(string name, int highestLevel = PerturbationLevel.ReleasedHighest) =>
        Perturbations[name](highestLevel);
}
