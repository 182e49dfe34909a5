using System.Numerics;

namespace Retrace.Geometry.Figures;

/// <summary>A figure in the making; what is placed on it is turned around its middle.</summary>
internal sealed class FigureSketch
{
    // Of one character, in font sizes: above what any of the typefaces needs after scaling.
    private const float CharacterWidth = 0.64f;
    private const float CapitalHeight = 0.76f;

    private readonly List<FigurePoint> _points = [];
    private readonly List<FigureShape> _shapes = [];
    private readonly List<FigureText> _texts = [];
    private readonly List<(Vector2 Low, Vector2 High)> _boxes = [];
    private readonly long _styleSeed;

    public FigureSketch(Random random, int width, int height)
    {
        Width = width;
        Height = height;
        LabelSize = 16 + random.Next(4);
        _styleSeed = random.Next();
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Font size of ordinary labels: 16 to 19 pixels.</summary>
    public float LabelSize { get; set; }

    /// <summary>The rotation of the whole figure: radians, clockwise.</summary>
    public float Turn { get; set; }

    /// <summary>Whether all labels lie inside the figure and clear of one another.</summary>
    public bool IsLegible { get; private set; } = true;

    public void Name(string name, Vector2 at)
    {
        at = Place(at);
        _points.Add(new FigurePoint(name, Round(at.X), Round(at.Y)));
    }

    public void Line(Vector2 from, Vector2 to, string role = "", FigureColor stroke = FigureColor.Ink,
        double thickness = 1, bool dashed = false)
    {
        Add(dashed ? ShapeKind.DashedLine : ShapeKind.Line, role, [from, to], [], stroke, FigureColor.None, thickness);
    }

    public void Polygon(Vector2[] corners, string role = "", FigureColor stroke = FigureColor.Ink,
        FigureColor fill = FigureColor.None, double thickness = 1)
    {
        Add(ShapeKind.Polygon, role, corners, [], stroke, fill, thickness);
    }

    public void Rectangle(Vector2 low, Vector2 high, string role = "", FigureColor stroke = FigureColor.Ink,
        FigureColor fill = FigureColor.None, double thickness = 1)
    {
        Polygon([low, new(high.X, low.Y), high, new(low.X, high.Y)], role, stroke, fill, thickness);
    }

    public void Circle(Vector2 center, float radius, string role = "", FigureColor stroke = FigureColor.Ink,
        FigureColor fill = FigureColor.None, double thickness = 1)
    {
        Add(ShapeKind.Circle, role, [center], [radius], stroke, fill, thickness);
    }

    public void Dot(Vector2 center, string role = "", FigureColor color = FigureColor.Ink, float radius = 3)
    {
        Circle(center, radius, role, FigureColor.None, color);
    }

    /// <summary>The arc inside the angle from <paramref name="first"/> over the corner to the other.</summary>
    public void AngleMark(Vector2 first, Vector2 corner, Vector2 second, float radius)
    {
        float start = Direction(first - corner);
        float sweep = MathF.IEEERemainder(Direction(second - corner) - start, 360);
        Add(ShapeKind.Arc, "angle mark", [corner], [radius, start + Degrees(Turn), sweep], FigureColor.Accent,
            FigureColor.None, 1);
    }

    /// <param name="center">The center of the whole pie.</param>
    /// <param name="radius">Pixels.</param>
    /// <param name="start">Degrees clockwise from the x axis.</param>
    /// <param name="sweep">Degrees.</param>
    /// <param name="role">What the sector stands for.</param>
    /// <param name="fill">Its colour.</param>
    public void Sector(Vector2 center, float radius, float start, float sweep, string role, FigureColor fill)
    {
        Add(ShapeKind.Sector, role, [center], [radius, start + Degrees(Turn), sweep], FigureColor.Ink, fill, 1);
    }

    /// <summary>A small square in the corner of a right angle.</summary>
    public void RightAngleMark(Vector2 first, Vector2 corner, Vector2 second)
    {
        Vector2 along = 8 * Vector2.Normalize(first - corner);
        Vector2 up = 8 * Vector2.Normalize(second - corner);
        Line(corner + along, corner + along + up, "right angle mark");
        Line(corner + along + up, corner + up, "right angle mark");
    }

    /// <summary>A short stroke across the middle of a side: sides with it are equal.</summary>
    public void EqualMark(Vector2 from, Vector2 to)
    {
        Vector2 middle = (from + to) / 2;
        Vector2 across = Vector2.Normalize(new(from.Y - to.Y, to.X - from.X));
        Line(middle - (5 * across), middle + (5 * across), "equal mark", FigureColor.Accent, 1.2);
    }

    public void Label(string value, string of, Vector2 at, float size = 0)
    {
        size = size == 0 ? LabelSize : size;
        at = Place(at);
        _texts.Add(new FigureText(value, of, Round(at.X), Round(at.Y), Round(size)));
        Vector2 half = HalfExtent(value, size);
        Vector2 low = at - half;
        Vector2 high = at + half;
        bool inside = low.X >= 1 && low.Y >= 1 && high.X <= Width - 1 && high.Y <= Height - 1;
        bool clear = _boxes.TrueForAll(box =>
            low.X > box.High.X + 1 || high.X < box.Low.X - 1 || low.Y > box.High.Y + 1 || high.Y < box.Low.Y - 1);
        _boxes.Add((low, high));
        IsLegible &= inside && clear;
    }

    /// <summary>A label beside the middle of a side, on the side away from <paramref name="inside"/>.</summary>
    public void LabelSide(string value, string of, Vector2 from, Vector2 to, Vector2 inside)
    {
        Vector2 middle = (from + to) / 2;
        Vector2 normal = Vector2.Normalize(new(from.Y - to.Y, to.X - from.X));
        if (Vector2.Dot(normal, inside - middle) > 0)
        {
            normal = -normal;
        }
        Label(value, of, middle + (Clearance(value, normal, 4) * normal));
    }

    /// <summary>A label inside the angle at a corner, as near to it as its legs allow.</summary>
    public void LabelAngle(string value, string of, Vector2 first, Vector2 corner, Vector2 second, float farthest = 36)
    {
        Vector2 one = Vector2.Normalize(first - corner);
        Vector2 other = Vector2.Normalize(second - corner);
        Vector2 bisector = Vector2.Normalize(one + other);
        float distance = 0;
        foreach (Vector2 leg in new[] { one, other })
        {
            Vector2 normal = Vector2.Normalize(bisector - (Vector2.Dot(bisector, leg) * leg));
            distance = MathF.Max(distance, Clearance(value, normal, 2) / Vector2.Dot(bisector, normal));
        }
        Label(value, of, corner + (MathF.Min(distance, farthest) * bisector));
    }

    /// <summary>A label beyond a corner, away from <paramref name="inside"/>.</summary>
    public void LabelCorner(string value, string of, Vector2 corner, Vector2 inside)
    {
        Vector2 away = Vector2.Normalize(corner - inside);
        Label(value, of, corner + (Clearance(value, away, 4) * away));
    }

    public FigureDescription Finish(string asked) => new(Width, Height, _styleSeed, asked, _points, _shapes, _texts);

    /// <summary>The points, turned, scaled and moved to fill the figure within its margins.</summary>
    public Vector2[] Fit(ReadOnlySpan<Vector2> points, float angle, float marginX, float marginY)
    {
        var turned = new Vector2[points.Length];
        var rotation = Matrix3x2.CreateRotation(angle);
        Vector2 low = new(float.MaxValue);
        Vector2 high = new(float.MinValue);
        for (int i = 0; i < points.Length; i++)
        {
            turned[i] = Vector2.Transform(points[i], rotation);
            low = Vector2.Min(low, turned[i]);
            high = Vector2.Max(high, turned[i]);
        }
        float scale = MathF.Min(
            (Width - (2 * marginX)) / (high.X - low.X),
            (Height - (2 * marginY)) / (high.Y - low.Y));
        Vector2 middle = (low + high) / 2;
        for (int i = 0; i < points.Length; i++)
        {
            turned[i] = ((turned[i] - middle) * scale) + new Vector2(Width / 2f, Height / 2f);
        }
        return turned;
    }

    private void Add(ShapeKind kind, string role, Vector2[] points, ReadOnlySpan<float> others, FigureColor stroke,
        FigureColor fill, double thickness)
    {
        var numbers = new List<double>((2 * points.Length) + others.Length);
        foreach (Vector2 point in points)
        {
            Vector2 at = Place(point);
            numbers.Add(Round(at.X));
            numbers.Add(Round(at.Y));
        }
        foreach (float other in others)
        {
            numbers.Add(Round(other));
        }
        _shapes.Add(new FigureShape(kind, role, numbers, stroke, fill, thickness));
    }

    // How far from a line the centre of a label must be for its box to stay clear of the line by the gap.
    private float Clearance(string value, Vector2 normal, float gap)
    {
        Vector2 half = HalfExtent(value, LabelSize);
        Vector2 turned = Turn == 0 ? normal : Vector2.TransformNormal(normal, Matrix3x2.CreateRotation(Turn));
        return (MathF.Abs(turned.X) * half.X) + (MathF.Abs(turned.Y) * half.Y) + gap;
    }

    private static Vector2 HalfExtent(string value, float size) =>
        new(CharacterWidth * size * value.Length / 2, CapitalHeight * size / 2);

    private Vector2 Place(Vector2 at) => Turn == 0
        ? at
        : Vector2.Transform(at, Matrix3x2.CreateRotation(Turn, new Vector2(Width / 2f, Height / 2f)));

    private static float Direction(Vector2 vector) => Degrees(MathF.Atan2(vector.Y, vector.X));

    private static float Degrees(float radians) => radians * 180 / MathF.PI;

    // A tenth of a pixel is finer than anything seen, and keeps descriptions short and free of rounding noise.
    private static double Round(float value) => Math.Round((double)value, 1);
}
