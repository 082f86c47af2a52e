"""What happens in a made-up street: classes, words and measures. Pure data; nothing here is real."""

from dataclasses import dataclass

from accounts.roles import Line


@dataclass(frozen=True, slots=True)
class Scene:
    """One kind of problem. ``condition`` is the number of the filing condition; ``picture`` a drawing.

    ``night`` is the share that is reported in the evening.
    """

    case_class: str
    condition: int
    line: Line
    weight: int
    picture: str
    words: tuple[str, ...]
    measures: tuple[str, ...]
    result: str
    assisting: Line | None = None
    night: float = 0.1


SCENES: tuple[Scene, ...] = (
    Scene(
        "matter-06010",
        1,
        Line.SANITATION,
        22,
        "litter",
        (
            "垃圾桶旁堆了七八袋生活垃圾，有异味",
            "楼下花台边有人乱扔垃圾，污水流到人行道上",
            "背街小巷口垃圾外溢，野狗翻得到处都是",
        ),
        ("清运散落垃圾", "冲洗地面", "检查周边收运频次"),
        "垃圾已清运，地面已冲洗",
    ),
    Scene(
        "matter-06011",
        1,
        Line.SANITATION,
        8,
        "debris",
        ("装修垃圾堆在路边一个多星期没人管", "空地上倾倒了一车建筑渣土，扬尘大"),
        ("查明倾倒来源", "安排车辆清运渣土", "设置禁止倾倒提示"),
        "渣土已清运，现场已围挡",
        Line.ENFORCEMENT,
    ),
    Scene(
        "matter-06036",
        1,
        Line.SANITATION,
        7,
        "debris",
        ("楼道口堆放旧家具和纸箱，影响通行", "商铺门口长期堆放泡沫箱"),
        ("通知当事人限时清理", "代为清理无主杂物"),
        "杂物已清理，通道恢复",
    ),
    Scene(
        "component-03005",
        1,
        Line.SANITATION,
        4,
        "litter",
        ("果皮箱歪倒在人行道上", "垃圾箱被撞倾斜，盖子合不上"),
        ("扶正或更换箱体", "清理散落垃圾"),
        "箱体已扶正固定",
    ),
    Scene(
        "matter-09006",
        1,
        Line.ENFORCEMENT,
        12,
        "stall",
        (
            "流动摊贩占了半幅人行道卖水果",
            "学校门口小吃摊占道，放学时过不去",
            "三轮车占道卖菜，机动车道被压缩",
        ),
        ("到场劝离", "引导至便民摊区", "登记并加强巡查"),
        "摊贩已劝离并引导至便民摊区",
        night=0.35,
    ),
    Scene(
        "matter-09005",
        1,
        Line.ENFORCEMENT,
        9,
        "stall",
        ("餐馆把桌椅摆到门外人行道上", "水果店货架跨门经营"),
        ("责令收回店内", "宣传门前三包"),
        "店外物品已收回",
        night=0.3,
    ),
    Scene(
        "matter-07001",
        1,
        Line.ENFORCEMENT,
        9,
        "leaflets",
        ("电线杆上贴满小广告", "公交站台背板被喷涂疏通管道电话", "单元门旁张贴贷款小广告"),
        ("清除小广告", "移交号码查处"),
        "小广告已清除",
    ),
    Scene(
        "matter-07006",
        1,
        Line.ENFORCEMENT,
        5,
        "sign",
        ("新开店铺的招牌伸出墙面，没有报备", "一店两招，夜间灯箱刺眼"),
        ("核查设置手续", "责令限期整改", "逾期依法拆除"),
        "违规招牌已由业主拆除",
        Line.MUNICIPAL,
    ),
    Scene(
        "matter-09010",
        1,
        Line.ENFORCEMENT,
        7,
        "car",
        ("共享单车把盲道堵了", "电动车乱停在地下通道口"),
        ("搬离归位", "通知运维企业"),
        "车辆已归位，盲道畅通",
    ),
    Scene(
        "matter-09012",
        1,
        Line.ENFORCEMENT,
        4,
        "car",
        ("小区消防通道被私家车堵死", "消防车登高面停满车辆"),
        ("通知车主驶离", "必要时拖移", "补划禁停标线"),
        "车辆已驶离，消防通道恢复",
        night=0.5,
    ),
    Scene(
        "matter-06013",
        1,
        Line.MUNICIPAL,
        6,
        "pothole",
        ("车行道有个半米宽的坑，摩托车差点摔倒", "人行道地砖松动，下雨溅水"),
        ("设置警示", "切边清底", "热料回填压实"),
        "坑槽已修补，路面平整",
        Line.SANITATION,
    ),
    Scene(
        "component-01001",
        1,
        Line.MUNICIPAL,
        4,
        "cover",
        ("供水井盖移位，露出井口", "井盖开裂，车一压就响"),
        ("立即围挡警示", "更换井盖"),
        "井盖已更换",
        night=0.3,
    ),
    Scene(
        "component-01037",
        1,
        Line.MUNICIPAL,
        6,
        "lamp",
        ("路灯杆倾斜，随时可能倒", "一整段路灯不亮，晚上走路害怕"),
        ("现场加固", "检修线路", "恢复照明"),
        "路灯已扶正，照明恢复",
        night=0.6,
    ),
    Scene(
        "component-04002",
        1,
        Line.GREENERY,
        7,
        "tree",
        ("行道树枝条断了挂在半空", "大风后行道树倒在路边，占了一条车道"),
        ("切除断枝", "清运枝叶", "检查相邻树木"),
        "断枝已清除，树木已支撑",
    ),
    Scene(
        "component-04013",
        1,
        Line.GREENERY,
        6,
        "lawn",
        ("绿地杂草长得比人膝盖还高", "绿篱长期没修剪，挡住视线"),
        ("修剪绿篱", "清除杂草", "补植裸露地块"),
        "绿地已修剪整理",
    ),
)

ROADS = (
    "文苑路",
    "桃源支路",
    "滨河步道",
    "新梧街",
    "长乐路",
    "石榴巷",
    "明月一路",
    "望山路",
    "临江支路",
    "老茶馆巷",
)
SPOTS = (
    "对面",
    "路口",
    "公交站旁",
    "菜市场后门",
    "小学围墙外",
    "3号楼下",
    "停车场入口",
    "口袋公园边",
    "桥下",
    "药店门口",
)
REJECTED = (
    ("not_found", "现场走了两圈，没有发现所反映的情况"),
    ("already_gone", "到场时已恢复"),
    ("private", "属住户室内纠纷，已引导至社区调解"),
    ("not_ours", "属国有企业厂区内部，已告知反映渠道"),
    ("below_condition", "情节轻微，未达到立案条件"),
)
RETURNED_PLAN = ("完成时限与现场情况不符，请重新测算", "请写明交通组织和安全防护措施")
RETURNED_DISPATCH = ("该路段属物业管理范围，不属我单位职责", "现场查看为通信井盖，应由权属单位处置")
REWORK = ("仍有残留，未清理到位", "周边十米内还有同类问题，请一并处理", "修补处又松动了")
COMPLAINTS = ("来电人反映第二天又出现了", "来电人认为没有解决根本问题")
SATISFIED = ("来电人表示满意", "处理得很快，谢谢", "基本满意，希望加强巡查", "已到现场看过，满意")
NOTES = ("已电话告知反映人处理进度", "请注意该点位近期多次反映", "与社区核实，周末人流较大")
CORRECTIONS = ("地址写错一个路口，按现场更正", "门牌号有误，已更正")
SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林罗高梁郑谢宋唐许韩冯邓曹彭曾"
GIVEN = (
    "伟",
    "芳",
    "娜",
    "敏",
    "静",
    "强",
    "磊",
    "洋",
    "艳",
    "勇",
    "军",
    "杰",
    "娟",
    "涛",
    "明",
    "超",
    "秀兰",
    "霞",
    "平",
    "刚",
    "桂英",
    "文",
    "辉",
    "玲",
    "建华",
    "晓燕",
    "国庆",
    "小红",
)
