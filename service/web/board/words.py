"""风险态势的用词: themes and industries as pages call them; what is not known here is called by its id. Pure."""

from service.web.pages.i18n import mark

THEMES = {
    "wages": mark("工资报酬"),
    "insurance": mark("社会保险"),
    "jobs": mark("裁员与岗位"),
    "restructuring": mark("改制重组"),
    "hours": mark("工时休假"),
    "safety": mark("劳动安全"),
    "contracts": mark("劳动合同"),
    "bargaining": mark("集体协商"),
    "voice": mark("职工诉求"),
    "operations": mark("经营状况"),
    "sites": mark("工程建设"),
    "reporting": mark("报送"),
}
INDUSTRIES = {
    "titanium": mark("钛材"),
    "auto_parts": mark("汽车零部件"),
    "machine_tools": mark("机床"),
    "machinery": mark("机械"),
    "electronics": mark("电子"),
    "textiles": mark("纺织服装"),
    "baijiu": mark("酒业"),
    "food": mark("食品"),
    "construction": mark("建筑"),
    "mining": mark("矿业"),
    "coal": mark("煤化工"),
    "chemicals": mark("化工"),
    "building_materials": mark("建材"),
    "tourism": mark("旅游"),
    "logistics": mark("物流"),
    "metals": mark("冶炼"),
    "paper": mark("造纸"),
    "pharmaceuticals": mark("制药"),
    "power": mark("电力"),
}
