namespace Retrace.Perturbations;

/// <summary>The perturbations by the names that a configuration uses (<c>retrace.perturbation</c>).</summary>
public static class ImagePerturbations
{
    private static readonly NamedChoices<IImagePerturbation> Perturbations = new(
        "image perturbation",
        ("gaussian", new GaussianNoise()),
        ("salt-pepper", new SaltAndPepper()),
        ("none", new NoPerturbation()));

    public static IReadOnlyList<string> Names => Perturbations.Names;

    /// <exception cref="BadInputException">There is no perturbation of that name.</exception>
    public static IImagePerturbation Create(string name) => Perturbations[name];
}
