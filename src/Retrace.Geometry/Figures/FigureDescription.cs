using System.Text.Json.Serialization;

namespace Retrace.Geometry.Figures;

/// <summary>Everything a figure shows; it is drawn, and its answer recomputed, from this alone.</summary>
/// <param name="Width">Pixels, a multiple of 28.</param>
/// <param name="Height">Pixels, a multiple of 28.</param>
/// <param name="StyleSeed">Decides typeface, colours and line width.</param>
/// <param name="Asked">What the question asks for, in the words that the family's solver knows.</param>
/// <param name="Points">The named points, whether or not their names are drawn.</param>
/// <param name="Shapes">In drawing order.</param>
/// <param name="Texts">Drawn after all shapes.</param>
public sealed record FigureDescription(
    int Width,
    int Height,
    long StyleSeed,
    string Asked,
    IReadOnlyList<FigurePoint> Points,
    IReadOnlyList<FigureShape> Shapes,
    IReadOnlyList<FigureText> Texts);

/// <summary>A named point; x to the right and y down, in pixels from the upper left corner.</summary>
public sealed record FigurePoint(string Name, double X, double Y);

/// <summary>A label drawn upright around its centre.</summary>
/// <param name="Value">What is drawn.</param>
/// <param name="Of">What it labels: "angle A", "side AB", "unused", …</param>
/// <param name="X">The centre, pixels.</param>
/// <param name="Y">The centre, pixels.</param>
/// <param name="Size">Font size, pixels.</param>
public sealed record FigureText(string Value, string Of, double X, double Y, double Size);

/// <summary>A shape and how it is painted.</summary>
/// <param name="Kind">Decides what the numbers mean.</param>
/// <param name="Role">What the shape stands for: "bar P", "hour hand", …</param>
/// <param name="Numbers">See <see cref="ShapeKind"/>; pixels and degrees.</param>
/// <param name="Stroke">The colour of its outline.</param>
/// <param name="Fill">The colour of its inside.</param>
/// <param name="Thickness">Of the outline, in multiples of the style's line width.</param>
public sealed record FigureShape(
    ShapeKind Kind,
    string Role,
    IReadOnlyList<double> Numbers,
    FigureColor Stroke,
    FigureColor Fill,
    double Thickness);

/// <summary>The shapes a figure is made of, and the numbers of each.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ShapeKind>))]
public enum ShapeKind
{
    /// <summary>x, y of one end, x, y of the other.</summary>
    Line,

    /// <summary>As <see cref="Line"/>, drawn with dashes.</summary>
    DashedLine,

    /// <summary>x and y of each corner, in order around the polygon.</summary>
    Polygon,

    /// <summary>x, y of the centre, the radius.</summary>
    Circle,

    /// <summary>x, y of the centre, the radius, start and sweep in degrees clockwise from the x axis.</summary>
    Arc,

    /// <summary>The numbers of <see cref="Arc"/>; the sector is closed through the centre.</summary>
    Sector,
}

/// <summary>Colours by their purpose; the style decides which they are.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FigureColor>))]
public enum FigureColor
{
    None,
    Ink,
    Accent,
    Faint,
    FirstTint,
    SecondTint,
    ThirdTint,
    FourthTint,
}
